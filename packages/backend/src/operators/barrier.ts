import type { Tensor } from "@tensorflow/tfjs-core";
import { attr, call, type Operator } from "./operator.js";

/** x itself; in bfloat16 what follows is computed in float32 again, and so is what follows its gradient (engine-ops.md §9). */
export const float32Barrier: Operator = {
  name: "Float32Barrier",
  native: (run, { x }) => run("EnsureShape", [attr.type("T"), attr.shape("shape", x!.shape)], [x!], 1)[0]!,
  plain: ({ x }) => x!.clone(),
  gradient: { gradFunc: (dy) => ({ x: () => call("Float32Barrier", { x: dy as Tensor }) }) },
};
