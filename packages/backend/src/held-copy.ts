import type { Tensor } from "@tensorflow/tfjs-core";
import { runtime } from "./engine.js";

/** The values that a tensor has now, under a handle of their own: what a step assigns to a variable later does not change them. Nothing is copied. */
export function heldCopy<T extends Tensor>(of: T): T {
  const { backend, handles } = runtime();
  if (!backend.tensorMap.has(of.dataId)) return of.clone(); // on another backend, where an assignment leaves the old values to whoever holds them
  return backend.createOutputTensor(handles.metadata(handles.share(backend.getInputTensorIds([of])[0]!))) as T;
}
