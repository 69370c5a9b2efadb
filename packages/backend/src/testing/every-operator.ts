import {
  add,
  dispose,
  mean,
  mul,
  reshape,
  square,
  sub,
  tensor1d,
  tidy,
  transpose,
  variable,
  variableGrads,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  type Variable,
} from "@tensorflow/tfjs-core";
import { compile } from "../compile.js";
import * as ops from "../ops/index.js";
import { map, numbers } from "./numbers.js";

/** A number from each operator of `ops`, by its name; `x` is [2, 8, 6, 4]. */
type Uses = Readonly<Record<string, (x: Tensor4D, weights: Weights, seed: Tensor1D) => Tensor>>;
interface Weights {
  readonly kernel: Tensor4D;
  readonly channels: Tensor4D;
  readonly up: Tensor4D;
  readonly scale: Tensor1D;
  readonly offset: Tensor1D;
  readonly slope: Tensor1D;
}
const heads = (x: Tensor4D): Tensor4D => transpose(reshape(x, [2, 48, 2, 2]), [0, 2, 1, 3]); // [2, 2, 48, 2]

export const uses: Uses = {
  conv2d: (x, { kernel }) => add(ops.conv2d(x, kernel, { dilation: 2 }), ops.conv2d(x, kernel)),
  depthwiseConv2d: (x, { channels }) => add(ops.depthwiseConv2d(x, channels, { dilation: 2 }), ops.depthwiseConv2d(x, channels)),
  convTranspose2d: (x, { up }) => ops.convTranspose2d(x, up, { stride: 2, padding: "same" }),
  maxPool: (x) => ops.maxPool(x, { size: 2 }),
  maxUnpool: (x) => ops.maxUnpool(ops.avgPool(x, { size: 2 }), { source: x, pooled: ops.maxPool(x, { size: 2 }), size: 2 }),
  avgPool: (x) => ops.avgPool(x, { size: 2 }),
  globalAvgPool: (x) => ops.globalAvgPool(x),
  adaptiveAvgPool: (x) => ops.adaptiveAvgPool(x, [3, 4]),
  batchNorm: (x, { scale, offset }) => ops.batchNorm(x, scale, offset).value,
  batchNormInference: (x, { scale, offset }) => ops.batchNormInference(x, { mean: offset, variance: square(scale), scale, offset }),
  layerNorm: (x, { scale, offset }) => ops.layerNorm(x, scale, offset),
  instanceNorm: (x, { scale, offset }) => ops.instanceNorm(x, { scale, offset }),
  unitVectors: (x) => square(ops.unitVectors(x, [1, 2])),
  cosineSimilarity: (x) => ops.cosineSimilarity(x, square(x)),
  spectralNorm: (_, { kernel, scale }) => ops.spectralNorm(kernel, scale).kernel,
  powerIteration: (_, { kernel, scale }) => ops.powerIteration(kernel, scale).u,
  relu: (x) => ops.relu(x),
  relu6: (x) => ops.relu6(x),
  leakyRelu: (x) => ops.leakyRelu(x, 0.2),
  prelu: (x, { slope }) => ops.prelu(x, slope),
  gelu: (x) => ops.gelu(x),
  softplus: (x) => ops.softplus(x),
  tanh: (x) => ops.tanh(x),
  sigmoid: (x) => ops.sigmoid(x),
  softmax: (x) => square(ops.softmax(x, 1)),
  logSoftmax: (x) => square(ops.logSoftmax(x)),
  softenedDivergence: (x) => ops.softenedDivergence(x, square(x), 2),
  crossEntropy: (x) => ops.crossEntropy(x, ops.oneHot(ops.argMax(x), 4)),
  matMul: (x) => ops.matMul(x, reshape(x, [2, 8, 6, 4]), { transposeB: true }),
  attention: (x) => ops.attention(heads(x), heads(x), heads(x)),
  resizeBilinear: (x) => ops.resizeBilinear(x, [11, 9]),
  resizeNearest: (x) => ops.resizeNearest(x, [16, 12]),
  reflectPad: (x) => square(ops.reflectPad(x, 2)),
  gather: (x) => square(ops.gather(x, tensor1d([1, 0, 1, 1, 7], "int32"), 1)),
  gatherWindows: (x) => square(ops.gatherWindows(x, ops.argMax(reshape(x, [2, 48, 4]), 1), 3)),
  topK: (x) => ops.topK(x, 2).values,
  argMax: (x) => mul(x, ops.oneHot(ops.argMax(x), 4)),
  oneHot: (x) => mul(x, ops.oneHot(ops.argMax(x), 4)),
  dropout: (x, _, seed) => ops.dropout(x, 0.3, seed),
  spatialDropout: (x, _, seed) => ops.spatialDropout(x, 0.3, seed),
  gaussianNoise: (x, _, seed) => square(ops.gaussianNoise(x, 0.1, seed)),
  statelessUniform: (x, _, seed) => mul(x, ops.statelessUniform(x.shape, seed)),
  statelessNormal: (x, _, seed) => mul(x, ops.statelessNormal(x.shape, seed)),
  float32Barrier: (x) => ops.float32Barrier(x),
  after: (x) => ops.after(x, [square(x)]),
  // where code stands, and whether it runs again: they compute nothing
  inLayer: (x) => x,
  inModule: (x) => x,
  isRunAgain: (x) => x,
  layerPath: (x) => x,
};

type OfWeights = readonly [Tensor4D, Tensor4D, Tensor4D, Tensor1D, Tensor1D, Tensor1D, Tensor4D];

/** Steps of a net whose loss has a term from every operator; the losses, and the bytes of all variables. `from` goes on from such bytes at step `first`. */
export async function trainEveryOperator(
  steps: number,
  first = 0,
  from?: Uint8Array,
): Promise<{ readonly losses: number[]; readonly bytes: Buffer }> {
  const shapes = { kernel: [3, 2, 4, 4], channels: [3, 3, 4, 1], up: [2, 2, 3, 4], scale: [4], offset: [4], slope: [4], x: [2, 8, 6, 4] };
  const all = Object.values(shapes).map((shape, i): Variable => variable(tidy(() => mul(numbers(shape, 30 + i), 0.5))));
  if (from) {
    const values = new Float32Array(from.buffer.slice(from.byteOffset, from.byteOffset + from.byteLength));
    let at = 0;
    for (const v of all) tidy(() => v.assign(reshape(tensor1d(values.slice(at, (at += v.size))), v.shape)));
  }
  const step = compile(
    (picture, seed) => {
      const loss = (): Scalar => {
        const [kernel, channels, up, scale, offset, slope, own] = all as unknown as OfWeights;
        const x = add<Tensor4D>(picture, own);
        const terms = Object.values(uses).map((use) => mean(use(x, { kernel, channels, up, scale, offset, slope }, seed as Tensor1D)));
        return terms.reduce((a, b) => add(a, b)) as Scalar;
      };
      const { value, grads } = variableGrads(loss, all);
      for (const v of all) v.assign(sub(v, mul(grads[v.name]!, 0.01)));
      return [ops.after(value, Object.values(grads))];
    },
    { variables: all },
  );
  const losses: number[] = [];
  for (let k = first; k < first + steps; k++) {
    const inputs = [map([2, 8, 6, 4], k % 3), tensor1d([5, k], "int32")];
    const [loss] = await step.run(...inputs);
    losses.push(loss!.dataSync()[0]!);
    dispose([...inputs, loss!]);
  }
  step.dispose();
  const bytes = Buffer.concat(all.map((v) => Buffer.from(v.dataSync().slice().buffer)));
  dispose(all);
  return { losses, bytes };
}
