import { basename } from "node:path";
import { nearest } from "./config/nearest.js";

/** An error that the user can mend: shown as one message without a stack trace; `exit` is the exit code. */
export interface UserError extends Error {
  readonly code: string;
  readonly exit: number;
}

/** Makes an error of the user's input (exit code 2 unless another is given). */
const userError = (code: string, message: string, exit = 2): UserError =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit });

/** Whether an error, of any package, is meant for the user. */
export const isUserError = (e: unknown): e is UserError => e instanceof Error && e.name === "SegDistillError" && "exit" in e;

const list = (names: readonly string[]): string => (names.length ? [...names].sort().join(", ") : "none");
/** "Did you mean … ? Known …": the tail of every message about a name that does not exist. */
const meant = (word: string, known: readonly string[], what: string): string => {
  const best = nearest(word, known);
  return `${best === undefined ? "" : `Nearest: "${best}". `}${what}: ${list(known)}.`;
};

export const configNotFound = (file: string): UserError =>
  userError(
    "config/not-found",
    `[${file}] There is no such file. Give the path of a configuration: segdistill run examples/quickstart.yaml`,
  );
export const configNotReadable = (file: string, why: string): UserError =>
  userError("config/not-readable", `[${file}] cannot be read: ${why}. Expected a YAML or JSON file.`);
export const badYaml = (at: string, problem: string): UserError =>
  userError("config/yaml", `[${at}] is not valid YAML: ${problem}. Mend this line.`);
export const duplicateKey = (at: string, key: string): UserError =>
  userError("config/duplicate-key", `[${at}] key "${key}" stands twice in one mapping. Expected once. Take one of them out.`);
export const configTooLarge = (file: string, bytes: number, most: number): UserError =>
  userError("config/too-large", `[${file}] has ${bytes} bytes. Expected a configuration, of at most ${most}. Is this the right file?`);
export const configRefused = (at: string, why: string): UserError => userError("config/refused", `[${at}] ${why}.`);
export const notAMapping = (at: string, found: string): UserError =>
  userError(
    "config/not-a-mapping",
    `[${at}] Expected a mapping of keys (name, data, teacher, …), found ${found}. See examples/quickstart.yaml for one that works.`,
  );
export const unknownKey = (at: string, path: string, key: string, known: readonly string[]): UserError =>
  userError(
    "config/unknown-key",
    `[${at}] unknown key "${key}" ${path === "" ? "at the top" : `in ${path}`}. ${meant(key, known, "Known keys")}`,
  );
export const missingKey = (at: string, path: string, expected: string): UserError =>
  userError("config/missing-key", `[${at}] ${path} is missing. Expected ${expected}. Add it.`);
export const wrongValue = (at: string, path: string, expected: string, found: string): UserError =>
  userError("config/wrong-value", `[${at}] ${path}: expected ${expected}, found ${found}.`);
export const unknownValue = (at: string, path: string, found: string, known: readonly string[]): UserError =>
  userError("config/unknown-value", `[${at}] ${path}: "${found}" is not known. ${meant(found, known, "Known values")}`);
export const badSet = (text: string, why: string): UserError =>
  userError("config/set", `[--set ${text}] ${why}. Expected a.b=value, for example --set distil.epochs=2`);

/** "a.yaml → b.yaml": who extends whom. */
const links = (files: readonly string[]): string => files.join(" → ");
export const extendsNoText = (at: string, found: string): UserError =>
  userError(
    "config/extends",
    `[${at}] extends: expected the path of one other configuration, found ${found}. For example extends: base.yaml`,
  );
export const extendsMissing = (at: string, asked: string, chain: readonly string[]): UserError =>
  userError(
    "config/extends-missing",
    `[${at}] extends "${asked}", which does not exist (${links([...chain, asked])}). Paths are taken from the folder of the file that says so. Correct the path.`,
  );
export const extendsInCircle = (at: string, chain: readonly string[]): UserError =>
  userError("config/extends-circle", `[${at}] configurations extend each other in a circle: ${links(chain)}. Take one extends out.`);
export const extendsOutside = (at: string, asked: string, inside: string): UserError =>
  userError(
    "config/extends-outside",
    `[${at}] extends "${asked}", which lies outside of ${inside}. Expected a file in the project (the folder of the nearest package.json, else that of the configuration), named from here. Copy it there.`,
  );

const one = { methods: "method", networks: "network", datasets: "data set" } as const;
const many = { methods: "methods", networks: "networks", datasets: "data sets" } as const;
type Kind = keyof typeof one;

export const packageNotInstalled = (at: string, name: string, folder: string): UserError =>
  userError(
    "resolve/not-installed",
    `[${at}] package "${name}" is not installed; looked from ${folder} upwards. Install it: npm install ${name}`,
  );
export const notAPackageName = (at: string, found: string): UserError =>
  userError(
    "resolve/not-a-name",
    `[${at}] ${JSON.stringify(found.slice(0, 200))} is not the name of a package. Expected one that the project depends on, such as "@segdistill/plugin-kd": code is loaded from installed packages only, never from a path. Install the package: npm install <name>`,
  );
export const packageNotListed = (at: string, name: string, folder: string, project: string | null): UserError =>
  userError(
    "resolve/not-listed",
    `[${at}] package "${name}" lies in node_modules, but ${project === null ? `there is no package.json at or above ${folder} that names it` : `${project} does not name it`}. Expected it among the dependencies of the project: only then what a configuration names is loaded. If you trust it: npm install ${name}`,
  );
export const brokenManifest = (file: string, why: string): UserError =>
  userError("resolve/manifest", `[${file}] cannot be read: ${why}. Expected the package.json of a project. Mend it.`);
export const notAPlugin = (at: string, name: string, version: string, contract: number): UserError =>
  userError(
    "resolve/not-a-plugin",
    `[${at}] package "${name}" ${version} offers nothing to SegDistill. Expected "segdistill": { "contract": ${contract} } in its package.json, found none. Is the name right?`,
  );
export const contractOfAnother = (
  at: string,
  found: {
    readonly name: string;
    readonly version: string;
    readonly manifest: { readonly peerDependencies?: Readonly<Record<string, string>> };
  },
  says: unknown,
  contract: number,
): UserError => {
  const range = found.manifest.peerDependencies?.["@segdistill/core"];
  const remedy =
    typeof says === "number" && says > contract
      ? `Install the SegDistill that it is written for${range === undefined ? "" : ` (@segdistill/core ${range})`}: npm install segdistill@latest`
      : `Install a release of it for contract ${contract}: npm install ${found.name}@latest`;
  return userError(
    "resolve/contract",
    `[${at}] package "${found.name}" ${found.version} is written for contract ${JSON.stringify(says)}, expected ${contract}. ${remedy}`,
  );
};
export const pluginNotLoaded = (at: string, name: string, version: string, why: string): UserError =>
  userError("resolve/not-loaded", `[${at}] package "${name}" ${version} cannot be loaded: ${why}. Install it anew: npm install ${name}`);
export const pluginExportMissing = (at: string, name: string, version: string): UserError =>
  userError(
    "resolve/no-export",
    `[${at}] package "${name}" ${version} has no export "segdistill". Expected export const segdistill = { contract: 1, … }; ask its author.`,
  );
export const offersNone = (at: string, name: string, kind: Kind, plugin: object): UserError => {
  const others = (Object.keys(many) as Kind[]).filter((k) => k in plugin).map((k) => many[k]);
  return userError("resolve/none", `[${at}] package "${name}" offers no ${many[kind]}. It offers ${others.join(" and ") || "nothing"}.`);
};
export const nameNeeded = (at: string, name: string, kind: Kind, names: readonly string[]): UserError =>
  userError(
    "resolve/which",
    `[${at}] package "${name}" offers ${names.length} ${many[kind]}. Write "${name}#<name>" with one of: ${list(names)}.`,
  );
export const noSuchName = (at: string, name: string, kind: Kind, found: string, names: readonly string[]): UserError =>
  userError("resolve/no-such-name", `[${at}] package "${name}" offers no ${one[kind]} "${found}". ${meant(found, names, `It offers`)}`);

export const badDataFlag = (text: string): UserError =>
  userError("cli/data", `[--data ${text}] Expected NAME=PATH, for example --data chase-db1=/data/CHASEDB1`);
export const unusedDataFlag = (name: string, uses: readonly string[]): UserError =>
  userError("cli/data-unused", `[--data ${name}] no data set of the configuration is called "${name}". ${meant(name, uses, "It uses")}`);
export const noSuchSplit = (at: string, use: string, split: string, splits: readonly string[]): UserError =>
  userError("run/no-such-split", `[${at}] data set "${use}" has no split "${split}". ${meant(split, splits, "It has")}`);
export const emptyPart = (at: string, use: string, split: string): UserError =>
  userError(
    "run/empty-part",
    `[${at}] split "${split}" of data set "${use}" holds no case. Expected at least one. Choose another split, or complete the data.`,
  );
export const sharedGroups = (one: string, other: string, groups: readonly string[]): UserError =>
  userError(
    "run/shared-groups",
    `[data] ${one} and ${other} share ${groups.length} groups (${groups.slice(0, 5).join(", ")}${groups.length > 5 ? ", …" : ""}). Expected none: a patient must stand on one side. Choose other splits.`,
  );
export const unseenLearnt = (at: string, test: string, part: string, learnt: string, domain: string): UserError =>
  userError(
    "run/unseen-learnt",
    `[${at}] "${test}" is called unseen, and data.${part} is of ${learnt === domain ? `the same domain, "${domain}"` : `"${learnt}", which shows the same people as "${domain}"`}. Expected that nothing of an unseen domain is trained or chosen on. Take ${part} from another source, or leave unseen out${learnt === "folder" && domain === "folder" ? "; folders of different sources are told apart by the option domain" : ""}.`,
  );
export const otherClasses = (at: string, use: string, found: readonly string[], expected: readonly string[]): UserError =>
  userError(
    "run/other-classes",
    `[${at}] data set "${use}" has the classes ${found.join(", ")}; the training set has ${expected.join(", ")}. Choose sets of the same classes.`,
  );
export const noSupervision = (at: string, methods: readonly string[]): UserError =>
  userError(
    "run/no-supervision",
    `[${at}] no method reads the student alone (${methods.join(", ")}), so teacher and baseline have nothing to learn from. Add { use: "@segdistill/plugin-kd#supervised" }, or give teacher.weights and set baseline: false.`,
  );
export const questionRefused = (): UserError => userError("cli/question-refused", "stopped at a question; nothing was written.", 130);
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
export const caseWithoutLabel = (domain: string, id: string): UserError =>
  userError(
    "run/no-label",
    `[${domain}] case "${id}" has no label, so nothing can be measured. Leave it out of the test split, or add its mask.`,
  );

export const patchMultiple = (at: string, patch: readonly number[], who: string, multiple: number): UserError =>
  userError(
    "run/patch-multiple",
    `[${at}] a patch of ${patch.join(" x ")} pixels does not suit ${who}, which needs multiples of ${multiple}. Take ${patch.map((n) => Math.max(1, Math.round(n / multiple)) * multiple).join(" x ")}.`,
  );
export const stoppedMeasuring = (): UserError =>
  userError("run/stopped", "stopped while measuring; what was trained is kept. Run the same command again to go on.", 130);
export const weightsFileMissing = (file: string): UserError =>
  userError(
    "run/weights-missing",
    `[teacher.weights] "${file}" does not exist. Expected a safetensors file; paths are taken from the configuration's folder.`,
  );
export const weightsOutside = (at: string, asked: string, inside: string): UserError =>
  userError(
    "run/weights-outside",
    `[${at}] teacher.weights names "${asked}", which lies outside of ${inside}. Expected a file in the project (the folder of the nearest package.json, else that of the configuration). Copy it there, or give the path yourself: --set teacher.weights=PATH`,
  );
export const unmatchedWeights = (
  file: string,
  missing: readonly string[],
  surplus: readonly string[],
  strange: readonly string[],
): UserError => {
  const part = (what: string, names: readonly string[]): string => (names.length > 0 ? ` ${what}: ${names.join(", ")}.` : "");
  return userError(
    "run/unmatched-weights",
    `[teacher.weights] names do not match "${file}".${part("Of the network, without a tensor", missing)}${part("Of the file, not used", surplus)}${part("Of the name map, not in the network", strange)} Mend the name map.`,
  );
};
export const runTwice = (path: string): UserError =>
  userError("compare/twice", `[compare] "${path}" was given twice. Expected every run once. Leave one of them out.`);
export const seedsOfSeveralRuns = (
  folder: string,
  at: string,
  [name, seed, grid = "not known"]: readonly [name: string, seed: number, grid: string | undefined],
  [expected, expectedGrid = "not known"]: readonly [name: string, grid: string | undefined],
): UserError =>
  userError(
    "compare/seeds",
    `[compare] "${folder}" has seeds of several runs: ${at} is of run "${name}", seed ${seed}, scored at: ${grid}. Expected run "${expected}", the seed that its folder names, scored at: ${expectedGrid}. Move it elsewhere, or name each seed's folder by itself.`,
  );
export const fewerWeights = (file: string, network: string, expected: number, found: number): UserError =>
  userError(
    "run/fewer-weights",
    `[${file}] the network "${network}" with these options has ${expected} parameters, the weights beside it hold ${found} values. Expected the weights of this network. Copy the whole folder again.`,
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
export const notARun = (path: string, others: readonly string[] = []): UserError =>
  userError(
    "runs/not-a-run",
    others.length > 0
      ? `[runs] "${path}" holds other things beside runs (${list(others.slice(0, 3))}${others.length > 3 ? ", …" : ""}). Expected a run folder, or nothing but the seeds of one. Name the runs in it.`
      : `[runs] "${path}" is no run folder. Expected one that "segdistill run" made, with config.json in it. segdistill runs lists them.`,
  );
export const runIsLink = (path: string): UserError =>
  userError("runs/link", `[runs] "${path}" is a link, and links are not followed when something is removed. Name the folder itself.`);
export const runIsRunning = (path: string, pid: number, host: string): UserError =>
  userError(
    "runs/running",
    `[runs] "${path}" is being worked on by process ${pid} on ${host}. Expected a run that has ended. Stop it first.`,
  );
export const removeNeedsYes = (paths: readonly string[]): UserError =>
  userError(
    "runs/needs-yes",
    `[runs] removing ${paths.map((path) => `"${path}"`).join(", ")} takes students and results away, and there is no terminal to ask on. Expected --yes.`,
  );

export const noMethodOfTerm = (at: string, term: string, methods: readonly string[]): UserError =>
  userError(
    "config/without",
    `[${at}] leaves out "${term}", which is of no method here. Expected "<method>/<term>", as results and explain name them. Methods: ${list(methods)}.`,
  );
export const noValidationData = (at: string): UserError =>
  userError(
    "config/validate",
    `[${at}] asks for a validation, but data.validation is left out. Name a part there: { use, split: validation }.`,
  );
export const noBaselineToStartFrom = (at: string): UserError =>
  userError("config/init", `[${at}] is baseline, but baseline is false. Set baseline: true, or init: scratch.`);

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
export const noSweep = (flag: string): UserError =>
  userError(
    "sweep/none",
    `[${flag}] the configuration has no sweep. Expected sweep: [{ set: { "distil.epochs": 2 } }]. Leave ${flag} out.`,
  );
export const noSuchEntry = (found: string, names: readonly string[]): UserError =>
  userError("sweep/no-such-entry", `[--entry ${found}] the sweep has no entry of this name. ${meant(found, names, "Entries")}`);
export const badJobs = (found: string): UserError =>
  userError("sweep/jobs", `[--jobs ${found}] Expected a whole number, 1 or more, without --entry: how many runs go on at once.`);
export const resumedSweep = (): UserError =>
  userError(
    "sweep/resume",
    "[--resume] a sweep goes on by itself: what is finished is kept, and entries that were stopped go on. Expected the same command without it, or one entry: --entry NAME --resume",
  );
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
export const profileFailed = (said: string): UserError => userError("profile/failed", `[profile] the compiled steps failed: ${said}`, 1);
export const stoppedTrying = (): UserError =>
  userError("trial/stopped", "stopped while a few steps were tried. Nothing of them was kept; the same command begins anew.", 130);

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
