// Entry of dist/tfjs-kernels.js (tsup.config.ts): tfjs-core's gradients, tfjs-node's kernels, and the backend that they run on.
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js";
export { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
