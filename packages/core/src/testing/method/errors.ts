import type { AssertionError } from "node:assert";
import { failed } from "../failed.js";

const list = (all: readonly string[]): string => all.join(", ") || "none";
const short = (x: number): string => (Number.isFinite(x) ? String(Number(x.toPrecision(6))) : String(x));

export const noSuchNetwork = (who: string, role: string, has: readonly string[]): AssertionError =>
  failed(who, `only networks that it wants to be read (${list(has)})`, `net.${role}`, `Add ${role} to wants.`);
export const undeclaredRead = (who: string, read: readonly string[], wants: readonly string[]): AssertionError =>
  failed(who, `only what it wants to be read (${list(wants)})`, list(read), "Add it to wants.");
export const nameTwice = (who: string, name: string): AssertionError =>
  failed(who, "names of terms, opponents and gates that are unique", `"${name}" twice`, "Give the second one another name.");
export const nameUnfit = (who: string, name: string): AssertionError =>
  failed(
    who,
    "names of small letters, digits and hyphens",
    JSON.stringify(name),
    "Names are keys of files and reports: write it in kebab-case.",
  );
export const namesVary = (who: string, first: string, second: string): AssertionError =>
  failed(who, "the same names whenever it is made", `${first}, then ${second}`, "Make names of options, never of counters or time.");
export const optionsNotPlain = (who: string, options: string): AssertionError =>
  failed(
    who,
    "options that are plain data (null, booleans, finite numbers, texts, lists, mappings)",
    options,
    "Write down what it was made from, defaults filled in; leave out what is undefined.",
  );
export const keyVaries = (who: string, what: string, first: string, second: string): AssertionError =>
  failed(
    who,
    `the same ${what} whenever it is made`,
    `${first}, then ${second}`,
    "Let options say what it was made from, and nothing else.",
  );
export const offeredOtherwise = (who: string, options: string, offered: string): AssertionError =>
  failed(
    who,
    `options that make the same method again (${options})`,
    offered,
    "Let the schema of what is offered take every option, with the factory's defaults.",
  );
export const offeredRefuses = (who: string, options: string, why: string): AssertionError =>
  failed(
    who,
    `the schema of what is offered to take the method's own options, ${options}`,
    why,
    "Let the schema take every option of the factory.",
  );
export const notFinite = (who: string, where: string, what: string): AssertionError =>
  failed(who, `finite values and gradients with ${where}`, what, "Guard the division, root or logarithm where it is 0 (methods.md 1.4).");
export const unreached = (who: string, term: string): AssertionError =>
  failed(
    who,
    `a gradient of term "${term}" in a network that learns or a module that it trains`,
    "none",
    "Take out what stops the gradient, or leave the term out.",
  );
export const trainedInVain = (who: string, module: string): AssertionError =>
  failed(
    who,
    `every module in trains to be moved (${module})`,
    "no gradient in any of its variables",
    "Use it in a term, or take it out of trains.",
  );
export const idleOpponent = (who: string, module: string): AssertionError =>
  failed(who, `opponent ${module} to move`, "the same bytes after a step", "Let its loss depend on its module.");
export const frozenMoved = (who: string, variable: string, by: string): AssertionError =>
  failed(
    who,
    `"${variable}" of ${by}, which is frozen here, to keep its bytes`,
    "others after three steps",
    "Train modules of its own scope only, and write state only through State.move with the pass of the step.",
  );
export const tensorsLeft = (who: string, when: string, left: number): AssertionError =>
  failed(who, `no tensor left behind ${when}`, String(left), "Make tensors inside loss, where the core gives them back, and keep none.");
export const swallowed = (who: string): AssertionError =>
  failed(who, "an error of the step to reach the caller", "none", "Catch nothing that is thrown while a step is read.");
export const otherNumbers = (who: string, what: string, first: number, second: number): AssertionError =>
  failed(
    who,
    `the same bytes of ${what} in two runs of one seed`,
    `${first}, then ${second}`,
    "Draw from step.noise or as first values of a module, never from a generator of its own.",
  );
export const compiledOtherwise = (who: string, what: string, eager: number, compiled: number): AssertionError =>
  failed(
    who,
    `${what} compiled as eager, ${short(eager)}, to 1e-4`,
    short(compiled),
    "Let everything that changes from step to step be a tensor of the step: JavaScript runs once, while the step is traced.",
  );
export const orderMatters = (who: string, what: string, first: number, second: number): AssertionError =>
  failed(
    who,
    `the same ${what} with the pictures in another order, ${short(first)}`,
    short(second),
    "Draw noise from step.noise, which follows the case, and treat no place in the batch apart.",
  );
export const undeclaredCoupling = (who: string, term: string, first: number, second: number): AssertionError =>
  failed(
    who,
    `a picture's share in term "${term}" that depends on no other picture, ${short(first)}`,
    `${short(second)} among others`,
    'Reduce by picture, or declare couples: "images".',
  );
export const repeatedMean = (who: string, term: string, first: number, second: number): AssertionError =>
  failed(
    who,
    `term "${term}", which gives a count, to be the same for a batch and for it twice, ${short(first)}`,
    short(second),
    "Let count be how much there is to divide by, and sum a plain sum.",
  );
export const repeatedSum = (who: string, term: string, first: number, second: number): AssertionError =>
  failed(
    who,
    `term "${term}", which gives no count, to double when the batch is there twice, ${short(2 * first)}`,
    short(second),
    "Give the count that it is divided by, instead of dividing.",
  );
export const countMoves = (who: string, term: string, first: number, second: number): AssertionError =>
  failed(
    who,
    `a count of term "${term}" that depends on labels and masks only, ${short(first)}`,
    `${short(second)} with other networks`,
    "Count what the labels say; weights that a network gives belong into sum.",
  );
export const labelsLeak = (who: string, where: string, term: string, first: number, second: number): AssertionError =>
  failed(
    who,
    `labels ${where} to change nothing in ${term}`,
    `${short(first)}, then ${short(second)}`,
    "Multiply by valid and by labelled before anything is summed: meanOver(values, valid, labelled).",
  );
export const unlabelledCount = (who: string, term: string, without: number, withThem: number): AssertionError =>
  failed(
    who,
    `term "${term}", which needs labels, to leave pictures without a label out, ${short(without)}`,
    `${short(withThem)} with one among them`,
    "Give labelled to meanOver.",
  );
export const unlabelledLeftOut = (who: string, term: string, labelled: number, without: number): AssertionError =>
  failed(
    who,
    `term "${term}", which needs no labels, to count pictures without a label like others, ${short(labelled)}`,
    short(without),
    "Take labelled out of it, or name the term in mixed if that is meant.",
  );
export const notAdditive = (who: string, variable: string, expected: number, found: number): AssertionError =>
  failed(
    who,
    `the gradient of twice the method beside another to be twice its own plus the other's (${variable}), ${short(expected)}`,
    short(found),
    "In a gradient of its own, multiply by what comes in (dy).",
  );
export const weightZero = (who: string, variable: string, alone: number, found: number): AssertionError =>
  failed(
    who,
    `a weight of 0 to leave another method's gradient as it is (${variable}), ${short(alone)}`,
    short(found),
    "In a gradient of its own, multiply by what comes in (dy), and change nothing outside the terms' values.",
  );
export const stepRaises = (who: string, term: string, ratio: number, asked: string): AssertionError =>
  failed(
    who,
    `a small step against the gradient of term "${term}" to lower it ${asked}`,
    `${short(ratio)} of that`,
    "Mend the gradient (gradcheck tells more), or name the term in detached if it stops a part of it on purpose.",
  );
export const backendFails = (who: string, message: string): AssertionError =>
  failed(
    who,
    "value and gradient on tfjs's cpu backend too",
    message,
    "Write it with operators of tfjs and of @segdistill/backend/ops, or register a form of your kernel for every backend; where tfjs's own is wrong, name it in oneBackend.",
  );
export const backendsDiffer = (who: string, what: string, tensorflow: number, cpu: number): AssertionError =>
  failed(
    who,
    `${what} on tfjs's cpu backend as on TensorFlow, ${short(tensorflow)}, to 1e-4`,
    short(cpu),
    "Ask for no backend, and give a kernel of your own one meaning on all of them; where tfjs's own is wrong, name it in oneBackend.",
  );
