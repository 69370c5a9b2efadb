import { createRequire } from "node:module";

/** Why TensorFlow and tfjs's `cpu` backend cannot be compared here; null where they can. Loads neither. */
export function notComparable(resolve: (name: string) => unknown = createRequire(import.meta.url).resolve): string | null {
  try {
    resolve("@tensorflow/tfjs-backend-cpu");
    return null;
  } catch {
    return "@tensorflow/tfjs-backend-cpu is not installed";
  }
}
