import { inWhichLayer } from "./layer-path.js";
import { tensorflowVersion } from "./library/release.js";
import type { StatusCode } from "./native/constants.js";

/** What this package throws: a stable code beside the text. `exit` is the exit code of a program that ends with it. */
export interface BackendError extends Error {
  readonly code: string;
  readonly exit: number;
}
const error = (code: string, exit: number, message: string): BackendError =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit });

export const bfloat16OnGpu = (name: string): BackendError =>
  error(
    "backend/bfloat16",
    2,
    `[backend] compiled function "${name}": bfloat16 was asked for, and TensorFlow turns steps to it on a CPU only; on this GPU nothing would be computed in it. Set precision: float32, or hide the GPU (CUDA_VISIBLE_DEVICES=-1).`,
  );

export const notStarted = (): BackendError =>
  error(
    "backend/not-started",
    1,
    "[backend] a tensor program was compiled before the engine was started. Call `await startEngine()` first.",
  );

export const libraryNotFound = (looked: readonly string[]): BackendError =>
  error(
    "backend/no-library",
    2,
    `[backend] TensorFlow's library was not found. Looked in: ${looked.join("; ")}. Run \`npx segdistill setup\`, which fetches it, or set SEGDISTILL_TENSORFLOW to a folder that holds it.`,
  );

export const wrongVersion = (found: string, expected: string, folder: string): BackendError =>
  error(
    "backend/version",
    2,
    `[backend] the library in "${folder}" is TensorFlow ${found}; ${expected} is expected. Run \`npx segdistill setup\`, or point SEGDISTILL_TENSORFLOW elsewhere.`,
  );

export const wrongThreads = (found: string): BackendError =>
  error(
    "backend/threads",
    2,
    `[backend] the number of threads is "${found}". Expected a whole number, 1 or more. Mend SEGDISTILL_THREADS (or the option "threads"), or leave it out for all cores.`,
  );

const at = (line: string | null): string => (line === null ? "" : ` at ${line}`);

/** Reading a value is a decision on the CPU: it would be baked into a compiled step, or stall it. */
export const readInside = (what: string, line: string | null): BackendError =>
  error(
    "backend/read-inside",
    1,
    `[backend] the values of ${what} were read inside a step${at(line)}. A step is one tensor program: decide with tf.where, or feed the number as a tensor.`,
  );

export const randomInside = (what: string, line: string | null): BackendError =>
  error(
    "backend/random-inside",
    1,
    `[backend] ${what} was called inside a step${at(line)}: a compiled step would draw once and use the same numbers ever after. Use statelessUniform or statelessNormal of @segdistill/backend/ops with a seed tensor that is fed.`,
  );

export const usedAfterDispose = (line: string | null): BackendError =>
  error(
    "backend/used-after-dispose",
    1,
    `[backend] a tensor that was given back (by dispose, or at the end of a tidy) is used${at(line)}. Keep it with tf.keep, or make it an argument or a variable.`,
  );

/** The debug mode of `compile`. */
export const changedSinceTrace = (name: string, what: string, line: string | null): BackendError =>
  error(
    "backend/changed",
    1,
    `[backend] compiled function "${name}" is not what was traced any more: ${what}${at(line)}. A number of JavaScript and a tensor from outside are constants of a compiled function: feed what changes as an argument, or keep it in a variable that is listed.`,
  );

export const tooManyPlans = (name: string, plans: number, shapes: string, next: string): string =>
  `[backend] compiled function "${name}" was traced for ${plans} sets of shapes, so the one that was not used for longest goes for ${next || "no argument"}. The last: ${shapes}. Every trace takes time: bring arguments to a few shapes (fixed patches, full batches), or raise the option "plans".`;

export const wrongPlans = (name: string, found: number): BackendError =>
  error("backend/plans", 1, `[backend] option "plans" of compiled function "${name}" is ${found}. Expected a whole number, 1 or more.`);

export const unknownTensor = (id: number): BackendError =>
  error(
    "backend/unknown-tensor",
    1,
    `[backend] tensor ${id} is not there any more, or it belongs to a compiled function and was used outside of it. Return it from the function instead.`,
  );

export const compiledClosed = (name: string): BackendError =>
  error("backend/closed", 1, `[backend] compiled function "${name}" was called after dispose().`);

export const nestedTrace = (name: string): BackendError =>
  error(
    "backend/nested",
    1,
    `[backend] compiled function "${name}" was called inside another one that is being traced. Call the plain function there.`,
  );

/** The value was given back before the call: tfjs would only say that something undefined has no backend. */
export const disposedInput = (name: string, which: string): BackendError =>
  error(
    "backend/disposed",
    1,
    `[backend] ${which} of compiled function "${name}" was disposed of before the call. Dispose of it after run() has been called.`,
  );

/** Takes out what means nothing to a reader: names of nodes, signatures of ops. */
const plain = (message: string): string =>
  message
    .replace(/\{\{(function_node|node) [^}]*\}\}/g, "")
    .replace(/ for ' ?= \w+\[.*?\]\([^)]*\)'/s, "")
    .replace(/\s*\[\[.*$/s, "")
    .replace(/\s*\[Op:[^\]]*\]/g, "")
    .replace(/(;| from| while building NodeDef '\w+' using) Op<.*$/s, "")
    .replace(/\s+/g, " ")
    .trim();

/** A failure that TensorFlow reports, in our words where we know better (engine-ops.md §14). */
export function tensorflowFailed(code: StatusCode, message: string, op: string): BackendError {
  const said = plain(message);
  if (code === "RESOURCE_EXHAUSTED") {
    const [, shape, type] = /tensor with shape(\[[\d,]*\]) and type (\w+)/.exec(said) ?? [];
    const what = shape === undefined ? said : `no room for a ${type ?? ""} tensor of shape ${shape}`;
    return error(
      "backend/out-of-memory",
      1,
      `[backend] out of memory in ${op}: ${what}. Take a smaller batch or patch, or precision: bfloat16.`,
    );
  }
  // where oneDNN has no kernels for it, it says so itself, or TensorFlow computes with its own, which know no dilation
  if (message.includes("could not create a primitive") || said.includes("do not yet support dilation rates"))
    return error(
      "backend/bfloat16",
      1,
      `[backend] ${op}: this CPU cannot compute convolutions in bfloat16 (its flag avx512_bf16 or amx_bf16 is missing). Set precision: float32.`,
    );
  const unknown = /^(?:Op type not registered )?'(\w+)' (?:in binary|is neither a type of a primitive operation)/.exec(said);
  if (unknown) return error("backend/unknown-op", 1, `internal: TensorFlow ${tensorflowVersion} has no op "${unknown[1]!}".`);
  if (said.startsWith("NodeDef missing attr")) return error("backend/attribute", 1, `internal: ${op}: ${said}`);
  return error(`backend/${code.toLowerCase().replaceAll("_", "-")}`, 1, `[backend] ${op}: ${said}`);
}

const list = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

export const wrongChannels = (who: string, x: readonly number[], kernel: readonly number[], expected: number): BackendError =>
  error(
    "backend/channels",
    1,
    `[${who}] x has ${x.at(-1) ?? 0} channels ${list(x)}, the kernel takes ${expected} ${list(kernel)}${inWhichLayer()}. ` +
      `Give this layer ${expected} channels, or make it for ${x.at(-1) ?? 0}.`,
  );

export const wrongSlope = (x: readonly number[], slope: readonly number[]): BackendError =>
  error(
    "backend/slope",
    1,
    `[prelu] x is ${list(x)}, the slope ${list(slope)}${inWhichLayer()}. Give one number ([1]) or one a channel ([${x.at(-1) ?? 1}]).`,
  );

export const productDoesNotFit = (a: readonly number[], b: readonly number[], transposeA: boolean, transposeB: boolean): BackendError => {
  const said = (shape: readonly number[], transposed: boolean): string => `${list(shape)}${transposed ? " (transposed)" : ""}`;
  return error(
    "backend/product",
    1,
    `[matMul] a is ${said(a, transposeA)}, b is ${said(b, transposeB)}${inWhichLayer()}. ` +
      "Expected [..., m, k] by [..., k, n], with the same or broadcastable axes before them.",
  );
};

export const attentionDoesNotFit = (q: readonly number[], k: readonly number[], v: readonly number[]): BackendError =>
  error(
    "backend/attention",
    1,
    `[attention] q is ${list(q)}, k ${list(k)}, v ${list(v)}${inWhichLayer()}. ` +
      "Expected [..., N, d], [..., M, d] and [..., M, e] with the same axes before them ([B, heads]).",
  );

export const wrongRate = (who: string, rate: number): BackendError =>
  error("backend/rate", 1, `[${who}] the rate is ${rate}${inWhichLayer()}. Expected a part from 0 to below 1: 0.1 drops a tenth.`);

export const notAMap = (who: string, x: readonly number[], kernel?: readonly number[]): BackendError =>
  error(
    "backend/not-a-map",
    1,
    `[${who}] x is ${list(x)}${kernel ? `, the kernel ${list(kernel)}` : ""}${inWhichLayer()}. ` +
      `Expected maps [B, H, W, C]${kernel ? " and kernels [height, width, channels, channels]" : ""}: reshape it.`,
  );

export const wrongGroups = (x: readonly number[], kernel: readonly number[], groups: number): BackendError =>
  error(
    "backend/groups",
    1,
    `[conv2d] x is ${list(x)}, the kernel ${list(kernel)}, in ${groups} groups${inWhichLayer()}. ` +
      `Expected a number of groups that divides both ${x.at(-1) ?? 0} and ${kernel.at(-1) ?? 0} channels.`,
  );

type Both<T> = readonly [rows: T, columns: T];

export const noPosition = (who: string, x: readonly number[], window: Both<number>, frame: Both<Both<number>>): BackendError =>
  error(
    "backend/too-small",
    1,
    `[${who}] x is ${list(x)}, the window reaches over ${window.join("×")}, padded by ${list(frame[0])} rows and ${list(frame[1])} columns` +
      `${inWhichLayer()}: nothing is left. Give it larger pictures, fewer levels, more padding or a smaller window.`,
  );

export const wrongTarget = (who: string, x: readonly number[], size: Both<number>): BackendError =>
  error(
    "backend/target-size",
    1,
    `[${who}] x is ${list(x)}, to be made ${size.join("×")}${inWhichLayer()}. Expected whole numbers of rows and columns, from 1 on.`,
  );

export const borderTooWide = (x: readonly number[], border: Both<number>): BackendError =>
  error(
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
  error(
    "backend/unpool",
    1,
    `[maxUnpool] y is ${list(y)}, source ${list(source)}, pooled ${list(pooled)}${inWhichLayer()}. ` +
      `A pool of this source gives ${list(expected)}: y and pooled must both be that. Give the input and the output of one max pool.`,
  );

export const notOneAChannel = (who: string, x: readonly number[], name: string, vector: readonly number[]): BackendError =>
  error(
    "backend/vector",
    1,
    `[${who}] x is ${list(x)}, ${name} ${list(vector)}${inWhichLayer()}. Expected one number a channel: [${x.at(-1) ?? 0}].`,
  );

export const wrongAxis = (who: string, x: readonly number[], axis: number): BackendError =>
  error(
    "backend/axis",
    1,
    `[${who}] x is ${list(x)}, the axis ${axis}${inWhichLayer()}. Expected one from ${-x.length} to ${x.length - 1}.`,
  );

export const wrongCount = (who: string, x: readonly number[], found: number, most: number): BackendError =>
  error(
    "backend/count",
    1,
    `[${who}] x is ${list(x)}, the number asked for ${found}${inWhichLayer()}. ` +
      `Expected a whole number${most === Infinity ? ", 1 or more" : ` from 1 to ${most}`}.`,
  );

export const windowDoesNotFit = (x: readonly number[], centres: readonly number[], size: number, border: string): BackendError =>
  error(
    "backend/window",
    1,
    `[gatherWindows] x is ${list(x)}, the centres ${list(centres)}, the window ${size} wide, border "${border}"${inWhichLayer()}. ` +
      `Expected centres [${x[0] ?? 0}, ${x.at(-1) ?? 0}] and an odd width${border === "clamp" ? " that the map has" : ""}.`,
  );

export const logitsDoNotFit = (student: readonly number[], teacher: readonly number[]): BackendError =>
  error(
    "backend/logits",
    1,
    `[softenedDivergence] the student's logits are ${list(student)}, the teacher's ${list(teacher)}${inWhichLayer()}. Expected one shape, [..., K].`,
  );
export const labelsDoNotFit = (logits: readonly number[], labels: readonly number[]): BackendError =>
  error(
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
  error(
    "backend/singular-vectors",
    1,
    `[spectralNorm] the kernel is ${list(kernel)}, u ${list(u)}${v ? `, v ${list(v)}` : ""}${inWhichLayer()}. ` +
      `Expected u [${outputs}]${v ? ` and v [${inputs}]` : ""}: as a matrix the kernel is [${inputs}, ${outputs}].`,
  );
