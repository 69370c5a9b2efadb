import type { NativeBinding, NativeBackend } from "../native/kernel-backend.js";

/** tfjs-node's kernel backend over a binding object; importing this module registers its kernels and tfjs's gradients. */
export const NodeJSKernelBackend: new (binding: NativeBinding, packageName: string) => NativeBackend;
