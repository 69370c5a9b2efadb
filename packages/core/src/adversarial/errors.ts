import { userError, type CoreError } from "../errors.js";

export const otherShape = (real: readonly number[], fake: readonly number[]): CoreError =>
  userError(
    "core/adversary-shapes",
    `[adversary] real maps are [${real.join(", ")}], the student's [${fake.join(", ")}]. Expected one shape. Resize or project one of them before they are scored.`,
  );
export const wrongPenalty = (penalty: unknown): CoreError =>
  userError(
    "core/option",
    `[wassersteinGp] penalty is ${String(penalty)}. Expected a number from 0 on. Leave it out for 10, or give 0 for none.`,
  );
