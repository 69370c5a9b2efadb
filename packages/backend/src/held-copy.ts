import { dispose as disposeTensors, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { runtime } from "./engine.js";

/** The values that a tensor has now, under a handle of their own: what a step assigns to a variable later does not change them. Nothing is copied. */
export function heldCopy<T extends Tensor>(of: T): T {
  const { backend, handles } = runtime();
  if (!backend.tensorMap.has(of.dataId)) return of.clone(); // on another backend, where an assignment leaves the old values to whoever holds them
  return backend.createOutputTensor(handles.metadata(handles.share(backend.getInputTensorIds([of])[0]!))) as T;
}

/** Values that may be gone back to. */
export interface HeldValues {
  readonly restore: () => void;
  readonly dispose: () => void;
}

/** The values that variables have now, for as long as they may have to be gone back to. Nothing is copied, and no tensor is made: a step does this for hundreds of them. */
export function heldValues(of: readonly Variable[]): HeldValues {
  const { backend, handles } = runtime();
  const put = (value: (i: number) => Tensor): void => of.forEach((v, i) => tidy(() => v.assign(value(i))));
  if (!of.every((v) => backend.tensorMap.has(v.dataId))) {
    const held = of.map((v) => heldCopy(v as Tensor));
    return { restore: () => put((i) => heldCopy(held[i]!)), dispose: () => disposeTensors(held) };
  }
  const ids = of.map((v) => handles.share(backend.getInputTensorIds([v])[0]!));
  return {
    restore: () => put((i) => backend.createOutputTensor(handles.metadata(handles.share(ids[i]!)))),
    dispose: () => ids.forEach(handles.remove),
  };
}
