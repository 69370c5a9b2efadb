import { list, meant, userError, type UserError } from "../errors.js";

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

export const stoppedTrying = (): UserError =>
  userError("trial/stopped", "stopped while a few steps were tried. Nothing of them was kept; the same command begins anew.", 130);
