import { mendFirstOrder } from "./first-order.js";
import { mendGather } from "./gather.js";
import { mendResize } from "./resize.js";
import { mendSecondOrder } from "./second-order.js";

/** Replaces the gradients of tfjs that are wrong, missing or slow, in tfjs's own registry (engine-ops.md §2, §3). */
export function mendGradients(): void {
  mendFirstOrder();
  mendSecondOrder();
  mendGather();
  mendResize();
}
