import type { AssertionError } from "node:assert";
import { failed } from "../failed.js";

const short = (x: number): string => (Number.isFinite(x) ? String(Number(x.toPrecision(6))) : String(x));

export const otherShape = (who: string, what: string, image: string, expected: string, found: string): AssertionError =>
  failed(
    who,
    `${what} of shape ${expected} for images of ${image}`,
    found,
    "Let the spec say what is returned: stride, channels, classes.",
  );
export const tapMissing = (who: string, tap: string): AssertionError =>
  failed(who, `tap "${tap}", which the spec declares, from encode or decode`, "none", "Return it, or take it out of taps.");
export const tapUndeclared = (who: string, tap: string, taps: readonly string[]): AssertionError =>
  failed(who, `only declared taps (${taps.join(", ") || "none"})`, `"${tap}"`, "Declare it in taps with stride and channels.");
export const wrongMultiple = (who: string, multiple: number, what: string, stride: number): AssertionError =>
  failed(
    who,
    `a multiple that every stride divides`,
    `multiple ${multiple}, and stride ${stride} of ${what}`,
    "Let multiple be the largest stride, or the least common multiple of all.",
  );
export const notRefused = (who: string, size: string): AssertionError =>
  failed(who, `images of ${size} to be refused at the start of a run`, "none of it", "Let multiple say which sizes the network takes.");
export const otherCount = (who: string, declared: number, found: number): AssertionError =>
  failed(who, `${declared} parameters, as declared`, String(found), "Count every variable once.");
export const noVariables = (who: string): AssertionError =>
  failed(who, "variables that can be trained", "none", "Make them with make.variable in scope.module.");
export const keyUnfit = (who: string, key: string): AssertionError =>
  failed(
    who,
    'names of variables and state that are paths of letters, digits, ".", "_" and "-"',
    JSON.stringify(key),
    "Names are keys of weight files: encoder/1/conv/kernel.",
  );
export const keysVary = (who: string, what: string, first: string, second: string): AssertionError =>
  failed(
    who,
    `the same ${what} whenever it is built`,
    `${first}, then ${second}`,
    "Make names of the place in the network, never of counters.",
  );
export const optionsNotPlain = (who: string, options: string): AssertionError =>
  failed(who, "options that are plain data", options, "Write down what it was made from, defaults filled in; leave out what is undefined.");
export const sharedVariables = (who: string, key: string): AssertionError =>
  failed(
    who,
    "variables of its own in every network that is built",
    `"${key}" in two`,
    "Make variables inside build, and keep no network outside it.",
  );
export const firstValuesVary = (who: string, key: string): AssertionError =>
  failed(
    who,
    `the same first values of "${key}" for the same seed`,
    "others",
    "Say how they are drawn (normal, uniform), and draw nothing yourself.",
  );
export const seedIgnored = (who: string): AssertionError =>
  failed(who, "other first values for another seed", "the same", "Start at least one variable from normal or uniform.");
export const decodesOtherwise = (who: string): AssertionError =>
  failed(who, "the same logits for the same encoding", "others", "Let decode depend on nothing but its encoding and its pass.");
export const bottleneckUnused = (who: string): AssertionError =>
  failed(
    who,
    "other logits where the bottleneck is replaced",
    "the same",
    "Let decode read encoding.bottleneck, and nothing that encode left elsewhere.",
  );
export const movedUnasked = (who: string, key: string, mode: string, statistics: string): AssertionError =>
  failed(
    who,
    `"${key}" to keep its bytes in a pass of ${mode} with statistics ${statistics}`,
    "others",
    "Write state only through State.move, and only while training.",
  );
export const neverMoves = (who: string, keys: string): AssertionError =>
  failed(
    who,
    `state (${keys}) to move in a training pass that may move it`,
    "the same bytes",
    "Move it with State.move(next, pass), or make it no state.",
  );
export const noisyInference = (who: string): AssertionError =>
  failed(who, "no noise drawn in inference", "a draw", 'Leave dropout out where pass.mode is "inference".');
export const imagesTouch = (who: string, what: string, alone: number, together: number): AssertionError =>
  failed(
    who,
    `${what} of an image in inference to depend on no other image, ${short(alone)}`,
    `${short(together)} beside another one`,
    'Use running averages where pass.mode is "inference".',
  );
export const notFinite = (who: string, what: string, mode: string): AssertionError =>
  failed(who, `finite ${what} in ${mode}`, "NaN or infinity", "Look at first values and divisions.");
export const variableUnreached = (who: string, key: string): AssertionError =>
  failed(who, `a gradient of the logits in variable "${key}"`, "none", "Use it on the way to the logits, or make it state.");
export const compiledOtherwise = (who: string, what: string, eager: number, compiled: number, within: number): AssertionError =>
  failed(
    who,
    `${what} compiled as eager, ${short(eager)}, to ${within.toExponential()}`,
    short(compiled),
    "Let everything that changes from pass to pass be a tensor: JavaScript runs once, while the step is traced.",
  );
export const tensorsLeft = (who: string, left: number): AssertionError =>
  failed(who, "no tensor left behind by a pass", String(left), "Make tensors inside encode and decode, and keep none.");
export const backendFails = (who: string, message: string): AssertionError =>
  failed(
    who,
    "inference on tfjs's cpu backend too",
    message,
    "Write it with operators of tfjs and of @segdistill/backend/ops, or register a form of your kernel for every backend; where tfjs's own is wrong, name it in oneBackend.",
  );
export const backendsDiffer = (who: string, what: string, tensorflow: number, cpu: number): AssertionError =>
  failed(
    who,
    `${what} in inference on tfjs's cpu backend as on TensorFlow, ${short(tensorflow)}, to 1e-4`,
    short(cpu),
    "Ask for no backend, and give a kernel of your own one meaning on all of them; where tfjs's own is wrong, name it in oneBackend.",
  );
