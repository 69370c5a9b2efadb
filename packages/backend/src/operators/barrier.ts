import type { Tensor } from "@tensorflow/tfjs-core";
import { computing } from "../computing.js";
import { attr, call, type Operator } from "./operator.js";

/** x itself; in a bfloat16 step what follows is computed in float32 again, and so is what follows its gradient (engine-ops.md §9). No op runs in any other. */
export const float32Barrier: Operator = {
  name: "Float32Barrier",
  native: (run, { x }) =>
    computing().precision === "bfloat16" ? run("EnsureShape", [attr.type("T"), attr.shape("shape", x!.shape)], [x!], 1)[0]! : x!.clone(),
  plain: ({ x }) => x!.clone(),
  gradient: { gradFunc: (dy) => ({ x: () => call("Float32Barrier", { x: dy as Tensor }) }) },
};
