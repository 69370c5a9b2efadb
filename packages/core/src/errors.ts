import type { Precision } from "@segdistill/backend";
import type { ExpectedShare } from "./contract/index.js";

/** What this package throws: a stable code beside the text. `exit` is the exit code of a program that ends with it. */
export interface CoreError extends Error {
  readonly code: string;
  readonly exit: number;
}
/** An error of the user's input. */
export const userError = (code: string, message: string): CoreError =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });
/** An error in a method, network or data set: what its author has to mend. */
const authorError = (code: string, message: string): CoreError =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit: 1 });
const list = (names: Iterable<string>): string => [...names].join(", ") || "none";

// names -------------------------------------------------------------------------------------------------------------
export const moduleExists = (name: string): CoreError =>
  authorError("core/module-exists", `module "${name}" exists. Names are stable keys of checkpoints: give the second one another name.`);
export const variableExists = (module: string, key: string): CoreError =>
  authorError("core/variable-exists", `[${module}] variable "${key}" exists. Give the second one another name.`);
export const sameMethodName = (where: string, method: string): CoreError =>
  userError(
    "core/same-method-name",
    `"${where}" has two methods called "${method}". Terms are recorded and shared by name: put one of them into together("another-name", …).`,
  );
export const sameStageName = (name: string): CoreError =>
  userError("core/same-stage-name", `two different stages are called "${name}". Names are stable keys of checkpoints: rename one.`);

// wiring ------------------------------------------------------------------------------------------------------------
export const noSuchTap = (method: string, stage: string, role: string, tap: string, has: Iterable<string>): CoreError =>
  userError("core/no-tap", `[${method}] stage "${stage}": ${role} has no tap "${tap}". It has ${list(has)}.`);
export const noSuchRole = (method: string, stage: string, role: string, has: Iterable<string>): CoreError =>
  userError("core/no-role", `[${method}] stage "${stage}" has no ${role}. Its networks: ${list(has)}.`);
export const noProvider = (method: string, stage: string, service: string, provided: Iterable<string>): CoreError =>
  userError(
    "core/no-provider",
    `[${method}] stage "${stage}" needs service "${service}", which nobody provides. Add a method that does (provided here: ${list(provided)}).`,
  );
export const otherVersion = (
  method: string,
  stage: string,
  service: string,
  wanted: number,
  by: { readonly method: string; readonly version: number },
): CoreError =>
  userError(
    "core/service-version",
    `[${method}] stage "${stage}" needs version ${wanted} of service "${service}", ${by.method} provides version ${by.version}. Install ` +
      `${wanted > by.version ? `a newer ${by.method}, or an older ${method}` : `a newer ${method}, or an older ${by.method}`}.`,
  );
export const twoProviders = (service: string, one: string, other: string): CoreError =>
  userError("core/two-providers", `service "${service}" is provided by stages "${one}" and "${other}". Leave one of them out.`);
export const undeclaredUse = (method: string, service: string): CoreError =>
  authorError("core/undeclared-use", `[${method}] uses service "${service}" without declaring it. Add it to uses.`);
export const stagesInCircle = (names: readonly string[]): CoreError =>
  userError("core/circle", `stages wait for each other: ${names.join(" → ")}. Take one service out of the circle.`);
export const noEarlierResult = (stage: string, network: string): CoreError =>
  userError(
    "core/no-earlier",
    `stage "${stage}": ${network} has no earlier result. Write learns(spec, { earlier: from(baseline, "student") }).`,
  );
export const nothingToMinimise = (stage: string, methods: Iterable<string>): CoreError =>
  userError("core/no-term", `stage "${stage}" has no term with a weight, so there is nothing to minimise. Its methods: ${list(methods)}.`);
export const nothingToTrain = (stage: string): CoreError =>
  userError(
    "core/nothing-trained",
    `stage "${stage}" trains nothing. Give it a network with learns(spec), or a method that returns trains.`,
  );
export const wrongInput = (stage: string, role: string, expected: string, found: string, remedy: string): CoreError =>
  userError("core/wrong-input", `stage "${stage}": ${role} takes ${expected}, the data give ${found}. ${remedy}`);
export const couplesImages = (term: string): CoreError =>
  userError(
    "core/couples",
    `[${term}] couples the images of a batch, so its value depends on how a batch is cut. Run it in one process, and without accumulate.`,
  );
export const wrongWeights = (
  network: string,
  missing: readonly string[],
  surplus: readonly string[],
  shapes: readonly string[],
): CoreError =>
  userError(
    "core/weights",
    `[${network}] the given weights do not fit. Missing: ${list(missing.slice(0, 5))}${missing.length > 5 ? ` and ${missing.length - 5} more` : ""}.` +
      ` Not in the network: ${list(surplus.slice(0, 5))}${surplus.length > 5 ? ` and ${surplus.length - 5} more` : ""}. Other shapes: ${list(shapes.slice(0, 5))}.` +
      " Give a name map, or the options that the network was trained with.",
  );

// steps -------------------------------------------------------------------------------------------------------------
export const movedTwice = (module: string, key: string): CoreError =>
  authorError("core/moved-twice", `[${module}] state "${key}" moved twice in one pass. Prepare what depends on it once and share it.`);
export const movedFrozen = (who: string, variable: string): CoreError =>
  authorError(
    "core/moved-frozen",
    `[${who}] moved "${variable}", which is frozen here. Write state only through State.move with the pass of the step.`,
  );
export const drawnTwice = (who: string, site: string): CoreError =>
  authorError("core/drawn-twice", `[${who}] noise site "${site}" was drawn twice in one step. Give each draw a name of its own.`);
export const readInsideGradient = (who: string, role: string): CoreError =>
  authorError(
    "core/inside-gradient",
    `[${who}] reads ${role} inside a custom gradient, where nothing is recorded. Read it before and pass it in.`,
  );
export const noSuchView = (who: string, k: number, count: number): CoreError =>
  authorError("core/no-view", `[${who}] view ${k} of a request for ${count}. Views are 0 (the anchor) to ${count}.`);
export const notPerImage = (term: string, found: readonly number[], images: number): CoreError =>
  authorError(
    "core/not-per-image",
    `[${term}] gave a sum of shape [${found.join(", ")}]; one number an image is expected, [${images}]. Use meanOver or totalOf.`,
  );

export const noSuchTerm = (method: string, term: string, has: Iterable<string>): CoreError =>
  userError("core/no-term-named", `[${method}] has no term "${term}" to leave out. Its terms: ${list(has)}.`);

// options ----------------------------------------------------------------------------------------------------------
export const nesterovWithoutMomentum = (): CoreError =>
  userError(
    "core/nesterov",
    "[sgd] nesterov looks ahead along the momentum, which is 0. Set momentum (0.9 is usual), or leave nesterov out.",
  );
export const unevenStairs = (from: number, rates: number): CoreError =>
  userError("core/steps", `[steps] has ${from} epochs in from and ${rates} rates. Expected one rate for each, and at least one.`);
export const noSuchVariables = (stage: string, start: string, has: Iterable<string>): CoreError =>
  userError(
    "core/no-variables",
    `stage "${stage}": the optimiser treats "${start}" apart, but no variable's name begins so. Beginnings here: ${list(has)}.`,
  );
export const wrongOption = (stage: string, option: string, expected: string, found: unknown): CoreError =>
  userError(
    "core/option",
    `stage "${stage}": ${option} is ${found === undefined ? "left out" : JSON.stringify(found)}. Expected ${expected}.`,
  );

// runs --------------------------------------------------------------------------------------------------------------
/** A step that gave a number that is not finite, and what was found out about it. */
export interface NotFinite {
  readonly term: string;
  readonly stage: string;
  readonly step: number;
  readonly value: number;
  readonly cases: readonly string[];
  readonly precision: Precision;
  readonly where: string;
  /** Steps that were left out before. */
  readonly skipped: number;
}
export const notFinite = ({ term, stage, step, value, cases, precision, where, skipped }: NotFinite): CoreError =>
  Object.assign(
    new Error(
      `[${term}] became ${value} in step ${step} of stage "${stage}" (cases ${cases.join(", ")}): ${where}.${skipped > 0 ? ` ${skipped} steps were left out before.` : ""}` +
        ` The last good checkpoint is kept. Lower the rate or the term's weight, or clip the gradient${precision === "bfloat16" ? ", or set precision: float32" : ""}.`,
    ),
    { name: "SegDistillError", code: "core/not-finite", exit: 3 },
  );
export const shortEpoch = (stage: string, epoch: number, found: number, expected: number): CoreError =>
  authorError(
    "core/short-epoch",
    `stage "${stage}": epoch ${epoch} of the data ended after ${found} batches, batchesPerEpoch says ${expected}. Give as many in every epoch.`,
  );
export const noBatch = (who: string, stage: string): CoreError =>
  userError("core/no-batch", `[${who}] stage "${stage}": the data gave no batch to measure. Give at least one case.`);
export const gateFailed = (gate: string, stage: string, value: number): CoreError =>
  Object.assign(
    new Error(`[${gate}] stage "${stage}" ended at ${value.toPrecision(3)}, which is not accepted. Train it longer or loosen the gate.`),
    {
      name: "SegDistillError",
      code: "core/gate",
      exit: 3,
    },
  );
/** What is to be said of a term that is not the share of another that it should be; no error. */
export const outsideShareText = (
  { name, weight, value }: { readonly name: string; readonly weight: number; readonly value: number },
  of: string,
  { least, most, option }: Pick<ExpectedShare, "least" | "most" | "option">,
): string => {
  const [percent, method] = [(share: number) => `${Number((100 * share).toPrecision(3))} %`, name.slice(0, name.lastIndexOf("/"))];
  return (
    `[${name}] over the first epoch its value at full weight (${Number(weight.toPrecision(3))}) was ${percent(value)} of that of ${of}. Expected ${percent(least)} to ${percent(most)}. ` +
    `${value < least ? "Raise" : "Lower"} its weight, option "${option}" of ${method}; ` +
    (value < least
      ? "but first see what it has of the gradient, in the report of a run with --inspect gradients: a small value may pull hard."
      : "with --inspect gradients the report says what each term has of loss and gradient.")
  );
};
const interrupted = (stage: string, step: number, steps: number): CoreError =>
  Object.assign(
    new Error(`stopped at step ${step} of ${steps} of stage "${stage}". A checkpoint is written; run the same command again to go on.`),
    {
      name: "SegDistillError",
      code: "core/interrupted",
      exit: 130,
    },
  );
/** Ends a stage that was asked to stop; one that has no step yet makes one first, so that every call comes further. */
export const haltAt = (signal: AbortSignal | undefined, stage: string, step: number, steps: number): void => {
  if (signal?.aborted && step > 0) throw interrupted(stage, step, steps);
};
export const wasHalted = (failure: unknown): boolean => (failure as { readonly code?: string } | null)?.code === "core/interrupted";

/** What is known of a stage's hunger; bytes. */
export interface MemoryNeed {
  readonly stage: string;
  readonly batch: number;
  readonly estimate: number | null;
  readonly available: number | null;
  /** The largest batch that would fit; null where that is not known. */
  readonly fits: number | null;
  /** Whether its networks compute again already. */
  readonly recompute: boolean;
}
const gigabytes = (bytes: number | null): string => (bytes === null ? "an unknown amount" : `${(bytes / 1e9).toPrecision(3)} GB`);
const orOf = (ways: readonly string[]): string => `${ways.slice(0, -1).join(", ")}, or ${ways.at(-1)!}`;
const remedyOf = ({ fits, recompute }: MemoryNeed): string => {
  const again = recompute ? [] : ["set recompute"];
  if (fits === null) return `${orOf(["Lower sample.batch or sample.patch", "raise accumulate", ...again])}.`;
  if (fits > 0) return `A batch of ${fits} would fit: ${orOf(["lower sample.batch", "raise accumulate", ...again])}.`;
  return `Not even one picture would fit: ${orOf(["lower sample.patch", ...again, "take a smaller network"])}.`;
};
export const tooLittleMemory = (need: MemoryNeed): CoreError =>
  userError(
    "core/too-little-memory",
    `stage "${need.stage}": a step with a batch of ${need.batch} is estimated to take ${gigabytes(need.estimate)}, and ${gigabytes(need.available)} are available. ${remedyOf(need)}`,
  );
export const outOfMemory = (said: string, need: MemoryNeed): CoreError =>
  userError(
    "core/out-of-memory",
    `stage "${need.stage}", batch of ${need.batch}: ${said} A step was estimated to take ${gigabytes(need.estimate)}. ${remedyOf(need)}`,
  );
