import { mendBroadcast } from "./broadcast.js";
import { mendCast } from "./cast.js";
import { mendCropAndResize } from "./crop.js";
import { mendDepthwise } from "./depthwise.js";
import { mendFirstOrder } from "./first-order.js";
import { mendGather } from "./gather.js";
import { mendPrelu } from "./prelu.js";
import { mendProduct } from "./product.js";
import { mendRearranging } from "./rearranging.js";
import { mendResize } from "./resize.js";
import { mendSecondOrder } from "./second-order.js";
import { mendDilated, mendKernelGradient, mendSpatialSecondOrder } from "./spatial.js";

/** Replaces the gradients of tfjs that are wrong, missing or slow, in tfjs's own registry (engine-ops.md §2, §3). */
export function mendGradients(): void {
  mendCast();
  mendFirstOrder();
  mendBroadcast();
  mendSecondOrder();
  mendGather();
  mendPrelu();
  mendProduct();
  mendRearranging();
  mendCropAndResize();
  mendResize();
  mendDepthwise();
  mendDilated();
  mendKernelGradient();
  mendSpatialSecondOrder();
}
