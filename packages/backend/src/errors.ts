import { tensorflowVersion } from "./library/release.js";
import type { StatusCode } from "./native/constants.js";

/** What this package throws: a stable code beside the text. `exit` is the exit code of a program that ends with it. */
export interface BackendError extends Error {
  readonly code: string;
  readonly exit: number;
}
const error = (code: string, exit: number, message: string): BackendError =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit });

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

/** Reading a value is a decision on the CPU: it would be baked into a compiled step, or stall it. */
export const readInside = (): BackendError =>
  error(
    "backend/read-inside",
    1,
    "[backend] a value was read inside a step. A step is one tensor program: decide with tf.where, or feed the number as a tensor.",
  );

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
  if (message.includes("could not create a primitive"))
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

export const wrongChannels = (who: string, x: readonly number[], kernel: readonly number[], expected: number): BackendError =>
  error(
    "backend/channels",
    1,
    `[${who}] the map has ${x.at(-1) ?? 0} channels (shape ${x.join("×")}), the kernel takes ${expected} (shape ${kernel.join("×")}).`,
  );
