import { inWhichLayer } from "../layer-path.js";
import { backendError, type BackendError } from "../errors.js";

const list = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

export const wrongChannels = (who: string, x: readonly number[], kernel: readonly number[], expected: number): BackendError =>
  backendError(
    "backend/channels",
    1,
    `[${who}] x has ${x.at(-1) ?? 0} channels ${list(x)}, the kernel takes ${expected} ${list(kernel)}${inWhichLayer()}. ` +
      `Give this layer ${expected} channels, or make it for ${x.at(-1) ?? 0}.`,
  );

export const wrongSlope = (x: readonly number[], slope: readonly number[]): BackendError =>
  backendError(
    "backend/slope",
    1,
    `[prelu] x is ${list(x)}, the slope ${list(slope)}${inWhichLayer()}. Give one number ([1]) or one a channel ([${x.at(-1) ?? 1}]).`,
  );

export const productDoesNotFit = (a: readonly number[], b: readonly number[], transposeA: boolean, transposeB: boolean): BackendError => {
  const said = (shape: readonly number[], transposed: boolean): string => `${list(shape)}${transposed ? " (transposed)" : ""}`;
  return backendError(
    "backend/product",
    1,
    `[matMul] a is ${said(a, transposeA)}, b is ${said(b, transposeB)}${inWhichLayer()}. ` +
      "Expected [..., m, k] by [..., k, n], with the same or broadcastable axes before them.",
  );
};

export const attentionDoesNotFit = (q: readonly number[], k: readonly number[], v: readonly number[]): BackendError =>
  backendError(
    "backend/attention",
    1,
    `[attention] q is ${list(q)}, k ${list(k)}, v ${list(v)}${inWhichLayer()}. ` +
      "Expected [..., N, d], [..., M, d] and [..., M, e] with the same axes before them ([B, heads]).",
  );

export const wrongRate = (who: string, rate: number): BackendError =>
  backendError("backend/rate", 1, `[${who}] the rate is ${rate}${inWhichLayer()}. Expected a part from 0 to below 1: 0.1 drops a tenth.`);

export const notAMap = (who: string, x: readonly number[], kernel?: readonly number[]): BackendError =>
  backendError(
    "backend/not-a-map",
    1,
    `[${who}] x is ${list(x)}${kernel ? `, the kernel ${list(kernel)}` : ""}${inWhichLayer()}. ` +
      `Expected maps [B, H, W, C]${kernel ? " and kernels [height, width, channels, channels]" : ""}: reshape it.`,
  );

export const wrongGroups = (x: readonly number[], kernel: readonly number[], groups: number): BackendError =>
  backendError(
    "backend/groups",
    1,
    `[conv2d] x is ${list(x)}, the kernel ${list(kernel)}, in ${groups} groups${inWhichLayer()}. ` +
      `Expected a number of groups that divides both ${x.at(-1) ?? 0} and ${kernel.at(-1) ?? 0} channels.`,
  );

type Both<T> = readonly [rows: T, columns: T];

export const noPosition = (who: string, x: readonly number[], window: Both<number>, frame: Both<Both<number>>): BackendError =>
  backendError(
    "backend/too-small",
    1,
    `[${who}] x is ${list(x)}, the window reaches over ${window.join("×")}, padded by ${list(frame[0])} rows and ${list(frame[1])} columns` +
      `${inWhichLayer()}: nothing is left. Give it larger pictures, fewer levels, more padding or a smaller window.`,
  );

export const wrongTarget = (who: string, x: readonly number[], size: Both<number>): BackendError =>
  backendError(
    "backend/target-size",
    1,
    `[${who}] x is ${list(x)}, to be made ${size.join("×")}${inWhichLayer()}. Expected whole numbers of rows and columns, from 1 on.`,
  );

export const borderTooWide = (x: readonly number[], border: Both<number>): BackendError =>
  backendError(
    "backend/border",
    1,
    `[reflectPad] x is ${list(x)}, the border ${list(border)}${inWhichLayer()}. ` +
      `Expected fewer than ${x[1] ?? 0} rows and ${x[2] ?? 0} columns: an edge is not repeated, so there is nothing more to reflect.`,
  );

export const unpoolDoesNotFit = (
  y: readonly number[],
  source: readonly number[],
  pooled: readonly number[],
  expected: readonly number[],
): BackendError =>
  backendError(
    "backend/unpool",
    1,
    `[maxUnpool] y is ${list(y)}, source ${list(source)}, pooled ${list(pooled)}${inWhichLayer()}. ` +
      `A pool of this source gives ${list(expected)}: y and pooled must both be that. Give the input and the output of one max pool.`,
  );

export const notOneAChannel = (who: string, x: readonly number[], name: string, vector: readonly number[]): BackendError =>
  backendError(
    "backend/vector",
    1,
    `[${who}] x is ${list(x)}, ${name} ${list(vector)}${inWhichLayer()}. Expected one number a channel: [${x.at(-1) ?? 0}].`,
  );

export const wrongAxis = (who: string, x: readonly number[], axis: number): BackendError =>
  backendError(
    "backend/axis",
    1,
    `[${who}] x is ${list(x)}, the axis ${axis}${inWhichLayer()}. Expected one from ${-x.length} to ${x.length - 1}.`,
  );

export const wrongCount = (who: string, x: readonly number[], found: number, most: number): BackendError =>
  backendError(
    "backend/count",
    1,
    `[${who}] x is ${list(x)}, the number asked for ${found}${inWhichLayer()}. ` +
      `Expected a whole number${most === Infinity ? ", 1 or more" : ` from 1 to ${most}`}.`,
  );

export const windowDoesNotFit = (x: readonly number[], centres: readonly number[], size: number, border: string): BackendError =>
  backendError(
    "backend/window",
    1,
    `[gatherWindows] x is ${list(x)}, the centres ${list(centres)}, the window ${size} wide, border "${border}"${inWhichLayer()}. ` +
      `Expected centres [${x[0] ?? 0}, ${x.at(-1) ?? 0}] and an odd width${border === "clamp" ? " that the map has" : ""}.`,
  );

export const logitsDoNotFit = (student: readonly number[], teacher: readonly number[]): BackendError =>
  backendError(
    "backend/logits",
    1,
    `[softenedDivergence] the student's logits are ${list(student)}, the teacher's ${list(teacher)}${inWhichLayer()}. Expected one shape, [..., K].`,
  );
export const labelsDoNotFit = (logits: readonly number[], labels: readonly number[]): BackendError =>
  backendError(
    "backend/labels",
    1,
    `[crossEntropy] the logits are ${list(logits)}, the labels ${list(labels)}${inWhichLayer()}. ` +
      "Expected one shape, [..., K]: give oneHot(labels, K) for class numbers.",
  );

export const vectorsDoNotFit = (
  kernel: readonly number[],
  u: readonly number[],
  v: readonly number[] | undefined,
  [inputs, outputs]: Both<number>,
): BackendError =>
  backendError(
    "backend/singular-vectors",
    1,
    `[spectralNorm] the kernel is ${list(kernel)}, u ${list(u)}${v ? `, v ${list(v)}` : ""}${inWhichLayer()}. ` +
      `Expected u [${outputs}]${v ? ` and v [${inputs}]` : ""}: as a matrix the kernel is [${inputs}, ${outputs}].`,
  );
