import { basename } from "node:path";
import { meant, userError, type UserError } from "../errors.js";

export const fileExists = (what: string, file: string): UserError =>
  userError(
    "init/exists",
    `[${what}] "${file}" exists already, and nothing is overwritten. Give another name: segdistill ${what} other.yaml`,
  );
export const foreignSchema = (file: string): UserError =>
  userError(
    "init/foreign-schema",
    `[init] "${file}" exists already and is no schema of SegDistill's. Expected none. Move it, or write the configuration into another folder.`,
  );
export const noDataFolder = (given: string, known: readonly string[]): UserError =>
  userError(
    "init/data",
    `[--data ${given}] is neither a data set nor a folder that one recognises. Expected a folder that holds images/ and masks/, or the folder of a published set, or a name. ${meant(basename(given), known, "Names")}`,
  );
export const setupRefused = (): UserError =>
  userError(
    "setup/refused",
    "[setup] nothing was downloaded, as you wished. TensorFlow is needed to go on: segdistill setup, or set SEGDISTILL_TENSORFLOW to a folder that holds it.",
  );

export const nothingToEvaluate = (): UserError =>
  userError("evaluate/no-data", "[evaluate] nothing to measure on. Expected --data NAME=PATH, for example --data stare=/data/stare");
export const noPictures = (folder: string, endings: readonly string[]): UserError =>
  userError("predict/no-pictures", `[predict] "${folder}" holds no picture. Expected files that end with ${endings.join(", ")}.`);
export const inputMissing = (path: string): UserError =>
  userError("predict/input-missing", `[predict] "${path}" does not exist. Expected a picture or a folder of pictures.`);
export const badWindow = (text: string): UserError =>
  userError(
    "predict/window",
    `[predict] --window "${text}" is no window. Expected two values, the lower first: --window=-100,240 (HU), or --window=1%,99% (of the volume).`,
  );
export const wouldOverwrite = (path: string): UserError =>
  userError(
    "predict/overwrites",
    `[predict] the labels would be written over the volume "${path}" itself. Give another folder with --out.`,
  );
export const neitherRunNorStudent = (path: string): UserError =>
  userError(
    "evaluate/neither",
    `[evaluate] "${path}" is neither a run folder (with students/) nor a student (with student.json). Expected one of them, for example runs/quickstart.`,
  );

export const noRuns = (folder: string): UserError =>
  userError("runs/no-folder", `[runs] "${folder}" does not exist. Expected a folder that holds runs, such as "runs".`);

export const removeNeedsYes = (paths: readonly string[]): UserError =>
  userError(
    "runs/needs-yes",
    `[runs] removing ${paths.map((path) => `"${path}"`).join(", ")} takes students and results away, and there is no terminal to ask on. Expected --yes.`,
  );

export const noSweep = (flag: string): UserError =>
  userError(
    "sweep/none",
    `[${flag}] the configuration has no sweep. Expected sweep: [{ set: { "distil.epochs": 2 } }]. Leave ${flag} out.`,
  );

export const badJobs = (found: string): UserError =>
  userError("sweep/jobs", `[--jobs ${found}] Expected a whole number, 1 or more, without --entry: how many runs go on at once.`);
export const resumedSweep = (): UserError =>
  userError(
    "sweep/resume",
    "[--resume] a sweep goes on by itself: what is finished is kept, and entries that were stopped go on. Expected the same command without it, or one entry: --entry NAME --resume",
  );

export const reproducedOtherwise = (text: string): UserError =>
  userError(
    "reproduce/set",
    `[--set ${text}] a run is repeated as it was. Expected teacher.weights=PATH, where the teacher's weights lie here, and nothing else. To change the run: segdistill run`,
  );
export const reproducedExists = (path: string): UserError =>
  userError(
    "reproduce/exists",
    `[reproduce] "${path}" exists already. Expected a fresh folder for the repetition. Go on there with --resume, or give another: --run DIR`,
  );

export const noStage = (found: string, known: readonly string[]): UserError =>
  userError("profile/no-stage", `[--stage ${found}] the run has no such stage. ${meant(found, known, "Stages")}`);
export const wrongRows = (found: number): UserError =>
  userError("profile/rows", `[--rows ${found}] Expected a whole number, 2 or more: the longest that a table may be.`);

export const readingOfFiles = (given: string | undefined): UserError =>
  userError(
    "frechet/reading",
    given === undefined
      ? "[--reading] is left out. Expected align, domain or pred with two files: it says which sets they are."
      : `[--reading ${given}] goes with two files. A run's observations say themselves what they are: leave it out.`,
  );
export const filesAndFolders = (others: readonly string[]): UserError =>
  userError(
    "frechet/paths",
    `[frechet] Expected two files of latents with --reading, or folders of runs alone; found no folder at ${others.slice(0, 3).join(", ")}${others.length > 3 ? ", …" : ""}. Give one kind.`,
  );
export const pictureOfOne = (picture: string): UserError =>
  userError(
    "frechet/picture",
    `[--picture ${picture}] Expected a name that ends in .svg, and one run folder without --reading: a picture is of one run's own vectors. Draw each run by itself.`,
  );
