import { tensorflowVersion } from "../library/release.js";
import type { StatusCode } from "./constants.js";
import { atLine, backendError, type BackendError } from "../errors.js";

export const wrongVersion = (found: string, expected: string, folder: string): BackendError =>
  backendError(
    "backend/version",
    2,
    `[backend] the library in "${folder}" is TensorFlow ${found}; ${expected} is expected. Run \`npx segdistill setup\`, or point SEGDISTILL_TENSORFLOW elsewhere.`,
  );

/** Reading a value is a decision on the CPU: it would be baked into a compiled step, or stall it. */
export const readInside = (what: string, line: string | null): BackendError =>
  backendError(
    "backend/read-inside",
    1,
    `[backend] the values of ${what} were read inside a step${atLine(line)}. A step is one tensor program: decide with tf.where, or feed the number as a tensor.`,
  );

export const unknownTensor = (id: number): BackendError =>
  backendError(
    "backend/unknown-tensor",
    1,
    `[backend] tensor ${id} is not there any more, or it belongs to a compiled function and was used outside of it. Return it from the function instead.`,
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
    return backendError(
      "backend/out-of-memory",
      1,
      `[backend] out of memory in ${op}: ${what}. Take a smaller batch or patch, or precision: bfloat16.`,
    );
  }
  // where oneDNN has no kernels for it, it says so itself, or TensorFlow computes with its own, which know no dilation
  if (message.includes("could not create a primitive") || said.includes("do not yet support dilation rates"))
    return backendError(
      "backend/bfloat16",
      1,
      `[backend] ${op}: this CPU cannot compute convolutions in bfloat16 (its flag avx512_bf16 or amx_bf16 is missing). Set precision: float32.`,
    );
  const unknown = /^(?:Op type not registered )?'(\w+)' (?:in binary|is neither a type of a primitive operation)/.exec(said);
  if (unknown) return backendError("backend/unknown-op", 1, `internal: TensorFlow ${tensorflowVersion} has no op "${unknown[1]!}".`);
  if (said.startsWith("NodeDef missing attr")) return backendError("backend/attribute", 1, `internal: ${op}: ${said}`);
  return backendError(`backend/${code.toLowerCase().replaceAll("_", "-")}`, 1, `[backend] ${op}: ${said}`);
}
