import { isUserError, meant, userError, type UserError } from "../errors.js";

export const badSweepSet = (at: string, path: string, why: string): UserError =>
  userError("sweep/set", `[${at}] path "${path}" of a sweep's set ${why}. Expected a path and its value, for example "distil.epochs": 2.`);
export const takenEntryName = (at: string, name: string): UserError =>
  userError(
    "sweep/name-taken",
    `[${at}] an entry of the sweep is called "${name}", which means something else there. Give it another name.`,
  );
export const sameEntry = (at: string, name: string, one: number, other: number): UserError =>
  userError(
    "sweep/same-name",
    `[${at}] entries ${one} and ${other} of the sweep (counted from 0) are both called "${name}". Expected a name for each: name: … beside set.`,
  );
export const noValidationToChooseOn = (at: string, entry: string): UserError =>
  userError(
    "sweep/choose",
    `[${at}] entry "${entry}" of the sweep is to be chosen among tries, but data.validation is left out. Expected pictures to choose on that are in no test set. Name a part there: { use, split: validation }.`,
  );
export const noneToChoose = (entry: string, why: readonly string[]): UserError =>
  userError(
    "sweep/none-to-choose",
    `[${entry}] none of the ${why.length} tries has a score on data.validation: ${why.map((reason, i) => `try ${i + 1}: ${reason}`).join("; ")}. Expected one at least. Give the entry other values to choose among.`,
    3,
  );
/** An error that an entry ends with before it begins, under its name; what is not meant for the user stays as it is. */
export const inEntry = (entry: string, error: unknown, attempt?: number): unknown =>
  isUserError(error)
    ? userError(
        error.code,
        `entry "${entry}"${attempt === undefined ? "" : `, try ${attempt},`} of the sweep: ${error.message}`,
        error.exit,
      )
    : error;

export const noSuchEntry = (found: string, names: readonly string[]): UserError =>
  userError("sweep/no-such-entry", `[--entry ${found}] the sweep has no entry of this name. ${meant(found, names, "Entries")}`);

export const sweepInRun = (path: string): UserError =>
  userError(
    "sweep/in-run",
    `[sweep] "${path}" is the folder of a single run. Expected one for the entries of a sweep. Give another: --run DIR`,
  );
export const sweepFailed = (failed: readonly (readonly [name: string, how: string])[], of: number, exit: number): UserError =>
  userError(
    "sweep/failed",
    `[sweep] ${failed.length} of ${of} entries failed: ${failed.map(([name, how]) => `${name} (${how})`).join(", ")}. What each of them said stands above. The same command tries them again; what is finished is kept.`,
    exit,
  );
export const sweepStopped = (finished: number, of: number, exit: number): UserError =>
  userError("sweep/stopped", `[sweep] stopped with ${finished} of ${of} entries finished. Run the same command again to go on.`, exit);
