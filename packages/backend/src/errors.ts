/** What this package throws: a stable code beside the text. `exit` is the exit code of a program that ends with it. */
export interface BackendError extends Error {
  readonly code: string;
  readonly exit: number;
}
/** An error of this package: a stable code, the exit code, the message. */
export const backendError = (code: string, exit: number, message: string): BackendError =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit });

export const bfloat16OnGpu = (name: string): BackendError =>
  backendError(
    "backend/bfloat16",
    2,
    `[backend] compiled function "${name}": bfloat16 was asked for, and TensorFlow turns steps to it on a CPU only; on this GPU nothing would be computed in it. Set precision: float32, or hide the GPU (CUDA_VISIBLE_DEVICES=-1).`,
  );

export const notStarted = (): BackendError =>
  backendError(
    "backend/not-started",
    1,
    "[backend] a tensor program was compiled before the engine was started. Call `await startEngine()` first.",
  );

export const libraryNotFound = (looked: readonly string[]): BackendError =>
  backendError(
    "backend/no-library",
    2,
    `[backend] TensorFlow's library was not found. Looked in: ${looked.join("; ")}. Run \`npx segdistill setup\`, which fetches it, or set SEGDISTILL_TENSORFLOW to a folder that holds it.`,
  );

export const wrongThreads = (found: string): BackendError =>
  backendError(
    "backend/threads",
    2,
    `[backend] the number of threads is "${found}". Expected a whole number, 1 or more. Mend SEGDISTILL_THREADS (or the option "threads"), or leave it out for all cores.`,
  );

/** The end of a message about a line of somebody's code, where it is known. */
export const atLine = (line: string | null): string => (line === null ? "" : ` at ${line}`);

export const randomInside = (what: string, line: string | null): BackendError =>
  backendError(
    "backend/random-inside",
    1,
    `[backend] ${what} was called inside a step${atLine(line)}: a compiled step would draw once and use the same numbers ever after. Use statelessUniform or statelessNormal of @segdistill/backend/ops with a seed tensor that is fed.`,
  );

export const usedAfterDispose = (line: string | null): BackendError =>
  backendError(
    "backend/used-after-dispose",
    1,
    `[backend] a tensor that was given back (by dispose, or at the end of a tidy) is used${atLine(line)}. Keep it with tf.keep, or make it an argument or a variable.`,
  );

/** The debug mode of `compile`. */
export const changedSinceTrace = (name: string, what: string, line: string | null): BackendError =>
  backendError(
    "backend/changed",
    1,
    `[backend] compiled function "${name}" is not what was traced any more: ${what}${atLine(line)}. A number of JavaScript and a tensor from outside are constants of a compiled function: feed what changes as an argument, or keep it in a variable that is listed.`,
  );

export const tooManyPlans = (name: string, plans: number, shapes: string, next: string): string =>
  `[backend] compiled function "${name}" was traced for ${plans} sets of shapes, so the one that was not used for longest goes for ${next || "no argument"}. The last: ${shapes}. Every trace takes time: bring arguments to a few shapes (fixed patches, full batches), or raise the option "plans".`;

export const wrongPlans = (name: string, found: number): BackendError =>
  backendError(
    "backend/plans",
    1,
    `[backend] option "plans" of compiled function "${name}" is ${found}. Expected a whole number, 1 or more.`,
  );

export const compiledClosed = (name: string): BackendError =>
  backendError("backend/closed", 1, `[backend] compiled function "${name}" was called after dispose().`);

export const nestedTrace = (name: string): BackendError =>
  backendError(
    "backend/nested",
    1,
    `[backend] compiled function "${name}" was called inside another one that is being traced. Call the plain function there.`,
  );

/** The value was given back before the call: tfjs would only say that something undefined has no backend. */
export const disposedInput = (name: string, which: string): BackendError =>
  backendError(
    "backend/disposed",
    1,
    `[backend] ${which} of compiled function "${name}" was disposed of before the call. Dispose of it after run() has been called.`,
  );
