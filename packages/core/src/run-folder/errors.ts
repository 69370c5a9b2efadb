import { userError, type CoreError } from "../errors.js";

/** What an error of the file system says of itself, such as "ENOENT". */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
};
const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// Files

const diskFull = (path: string, code: string): CoreError =>
  userError(
    "file/disk-full",
    `[file] "${path}" cannot be written: the disk is full (${code}). What stood there before is untouched. Free some space, then give the same command again: it goes on where it stopped.`,
  );
const notWritable = (path: string, code: string): CoreError =>
  userError(
    "file/not-writable",
    `[file] "${path}" cannot be written: ${code === "EROFS" ? "the file system is read-only" : "no permission"} (${code}). Expected a folder that this user may write to. Change its permissions, or choose another folder with --run.`,
  );
export const notReadable = (path: string, error: unknown): CoreError =>
  userError(
    "file/not-readable",
    `[file] "${path}" cannot be read: ${said(error)}. Expected a file that this user may read. Check the path and its permissions.`,
  );
const writeFailed = (path: string, error: unknown): CoreError =>
  userError(
    "file/write-failed",
    `[file] "${path}" cannot be written: ${said(error)}. Expected a folder on a disk that works. Choose another folder with --run.`,
  );

/** The message for an error of the file system met while writing `path`; errors that are ours already pass through. */
export const writeError = (path: string, error: unknown): Error => {
  if (error instanceof Error && error.name === "SegDistillError") return error;
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(path, code);
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") return notWritable(path, code);
  return code === undefined && error instanceof Error ? error : writeFailed(path, error);
};

export const fileLinked = (path: string): CoreError =>
  userError(
    "file/link",
    `[file] "${path}" is a symbolic link. Expected the file or folder itself: what lies in a run folder or a student may not lead elsewhere. Put a copy in its place, or link the folder as a whole.`,
  );
export const fileTooLarge = (path: string, found: number, most: number): CoreError =>
  userError("file/too-large", `[file] "${path}" has ${found} bytes. Expected at most ${most}. Is this the right file?`);

// Safetensors

export const notSafetensors = (file: string, problem: string): CoreError =>
  userError(
    "safetensors/not-one",
    `[safetensors] "${file}" is not a whole safetensors file: ${problem}. Expected 8 bytes of header length, a JSON header and the tensors. Copy or save the file again.`,
  );
export const badTensor = (file: string, name: string, problem: string): CoreError =>
  userError("safetensors/bad-tensor", `[safetensors] "${file}": tensor "${name}" ${problem}. The file is damaged: copy or save it again.`);
export const unknownType = (file: string, name: string, found: string, known: readonly string[]): CoreError =>
  userError(
    "safetensors/unknown-type",
    `[safetensors] "${file}": tensor "${name}" is of type ${found}. Known types: ${known.join(", ")}. Save it as one of these.`,
  );
export const tooLargeForInt32 = (file: string, name: string, found: bigint): CoreError =>
  userError(
    "safetensors/too-large",
    `[safetensors] "${file}": tensor "${name}" holds ${found.toString()}, which does not fit 32 bits. Save it as int32 or float32.`,
  );
export const sizeDiffers = (name: string, shape: readonly number[], found: number): Error =>
  new Error(`internal: tensor "${name}" of shape [${shape.join(", ")}] has ${found} values, expected ${shape.reduce((n, d) => n * d, 1)}.`);
export const reservedName = (name: string): Error => new Error(`internal: "${name}" cannot be the name of a tensor in a safetensors file.`);

// Hashes

export const notPlainData = (at: string, found: string): CoreError =>
  userError(
    "hash/not-plain-data",
    `[hash] ${at} is ${found}. Expected plain data: null, true or false, a finite number, text, a list or a mapping of these. Say it as plain data, or leave the key out.`,
  );

// Checkpoints

export const badCheckpointText = (file: string, why: string): string => `"${file}" is damaged: ${why}`;
export const setAsideText = (problem: string, goesOn: string): string =>
  `[checkpoint] ${problem}. It was set aside with the ending ".damaged"; ${goesOn}.`;
export const otherKeyText = (stage: string, steps: readonly number[]): string =>
  `[checkpoint] stage "${stage}" has checkpoints of another content (configuration, data or code changed) at ${steps.length === 1 ? "step" : "steps"} ${steps.join(", ")}. They are left out.`;
export const damagedElsewhereText = (problem: string): string => `[checkpoint] ${problem}. It is not reused; the stage is trained here.`;
export const checkpointVanished = (file: string): CoreError =>
  userError(
    "checkpoint/vanished",
    `[checkpoint] "${file}" was there a moment ago and is gone. Expected that nothing else changes the run folder. Call again: the checkpoint before it is used.`,
  );

// Events

export const badEventLine = (file: string, line: number, why: string): CoreError =>
  userError(
    "events/bad-line",
    `[events] line ${line} of "${file}" is not an event: ${why}. Expected one JSON object a line. Take the line out, or restore the file.`,
  );
export const eventsShorterText = (file: string, found: number, expected: number): string =>
  `[events] "${file}" has ${found} bytes, but the checkpoint was saved at byte ${expected}. Some events of the past are lost; training itself is not touched.`;
export const eventsNoLineText = (file: string, offset: number, cut: number): string =>
  `[events] byte ${offset} of "${file}" is not the start of a line: the file was changed from outside. It was cut back to byte ${cut}; training itself is not touched.`;
export const eventNotFinite = (at: string, found: string): Error =>
  new Error(`internal: an event has ${found} at ${at}; expected a finite number, or null with a reason beside it.`);

// JSON files with a schema

export const fileMissing = (who: string, file: string, remedy: string): CoreError =>
  userError(`${who}/missing`, `[${who}] "${file}" does not exist. ${remedy}`);
export const notJson = (who: string, file: string, remedy: string): CoreError =>
  userError(`${who}/not-json`, `[${who}] "${file}" is not JSON: it is damaged or was cut off. ${remedy}`);
export const otherSchema = (who: string, file: string, found: string): CoreError =>
  userError(
    `${who}/other-schema`,
    `[${who}] "${file}" has schema ${found}, this version reads schema 1. Open it with the version of segdistill that wrote it.`,
  );
export const notAsSchema = (who: string, file: string, problems: readonly string[], remedy: string): CoreError =>
  userError(`${who}/invalid`, `[${who}] "${file}" does not hold to its schema: ${problems.join("; ")}. ${remedy}`);

// Students

export const weightsDiffer = (file: string, expected: string, found: string): CoreError =>
  userError(
    "student/weights-differ",
    `[student] "${file}" has SHA-256 ${found}, student.json says ${expected}. The weights are damaged or belong to another student. Copy the whole folder again.`,
  );

// Run folders

export const notAFolder = (path: string): CoreError =>
  userError("run/not-a-folder", `[run] "${path}" is a file. Expected a folder or a new name. Choose another with --run.`);
export const foreignFolder = (path: string, found: readonly string[], more: number): CoreError =>
  userError(
    "run/foreign-folder",
    `[run] "${path}" is not a run folder: it has no config.json, but holds ${found.join(", ")}${more > 0 ? ` and ${more} more` : ""}. Expected an empty folder, a new name, or the folder of an earlier run. Choose another with --run.`,
  );
export const notARunFolder = (path: string): CoreError =>
  userError(
    "run/not-a-run-folder",
    `[run] "${path}" is not a run folder: it has no config.json. Expected the folder of an earlier run, such as runs/quickstart.`,
  );
export const otherConfiguration = (path: string, what: string, differences: readonly string[], more: number): CoreError =>
  userError(
    "run/other-configuration",
    `[run] "${path}" holds a run of another ${what}: ${differences.join("; ")}${more > 0 ? `; and ${more} more` : ""}. Give this run a folder of its own with --run, or delete "${path}".`,
  );
export const folderInUse = (path: string, pid: number, host: string, since: string): CoreError =>
  userError(
    "run/in-use",
    `[run] "${path}" is in use by process ${pid} on ${host} since ${since}. Expected one process a run folder. Wait for it or stop it; if it no longer runs, delete "${path}/run.lock".`,
  );
export const nothingToResumeText = (path: string): string => `[run] There is nothing to resume in "${path}": a new run starts.`;
