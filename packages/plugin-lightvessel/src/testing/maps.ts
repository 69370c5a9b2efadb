import { concat, gather, randomNormal, tensor, tensor1d, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";

export type Shape = [number, number, number, number];

/** Normal numbers. */
export const drawn = (shape: Shape, seed: number, deviation = 1): Tensor4D => randomNormal(shape, 0, deviation, "float32", seed);

/** Entry i, in the order of [B, h, w, C], is factor · sin(0.37 · i + phase), as in the fixtures' scripts. */
export const sines = (shape: Shape, phase: number, factor = 1): Tensor4D => {
  const size = shape.reduce((all, n) => all * n);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => factor * Math.sin(0.37 * i + phase)),
    shape,
  );
};

/** A batch behind itself. */
export const twice = <T extends Tensor>(x: T): T => concat([x, x]);

/** A batch with its first image last. */
export const turned = <T extends Tensor>(x: T): T => {
  const b = x.shape[0];
  return gather(
    x,
    tensor1d(
      Array.from({ length: b }, (_, i) => (i + 1) % b),
      "int32",
    ),
  );
};

export const number = (x: Tensor): number => x.dataSync()[0]!;
export const largest = (x: Tensor): number => Math.max(...x.dataSync().map(Math.abs));
