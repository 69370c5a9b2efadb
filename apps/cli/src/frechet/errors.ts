import { userError, type UserError } from "../errors.js";

export const latentsMissing = (file: string, isFolder: boolean): UserError =>
  userError(
    "frechet/missing",
    `[${file}] ${isFolder ? "is a folder" : "There is no such file"}. Expected a file of latents [N, d]: .npy, .safetensors or .csv. Correct the path.`,
  );
export const noObservations = (folder: string): UserError =>
  userError(
    "frechet/no-observations",
    `[${folder}] The run keeps no latent vectors. Expected observations of a method that aligns bottlenecks, in a run that has ended: distil with @segdistill/plugin-msan, or name two files of latents.`,
  );

export const noRunWithLatents = (
  paths: readonly string[],
  leftOut: readonly { readonly run: string; readonly reason: string }[],
): UserError =>
  userError(
    "frechet/no-runs",
    `[${paths.join(", ")}] No run keeps latent vectors of an unseen domain. Expected runs that have ended, distilled with @segdistill/plugin-msan; found ${leftOut
      .slice(0, 5)
      .map(({ run, reason }) => `${run}: ${reason}`)
      .join("; ")}${leftOut.length > 5 ? `; and ${leftOut.length - 5} more` : ""}. Name other runs.`,
  );
export const badLatents = (file: string, expected: string, found: string, remedy: string): UserError =>
  userError("frechet/file", `[${file}] Expected ${expected}; found ${found}. ${remedy}.`);
