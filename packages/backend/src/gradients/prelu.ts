import { add, minimum, mul, relu, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { replaceKernel } from "../operators/operator.js";

/** tfjs-node's kernel is written with methods of tensors (`x.sub`) that only the whole of tfjs has. */
export function mendPrelu(): void {
  replaceKernel("Prelu", ({ x, alpha }) => tidy(() => add<Tensor>(relu(x!), mul(alpha!, minimum(x!, 0)))));
}
