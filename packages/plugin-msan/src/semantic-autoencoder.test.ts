import { reshape, tensor, tensor1d, tensor3d, tensor4d, type Tensor, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import type { Built, Gate, Make, Step } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import { consistencyTraining } from "./consistency.js";
import { reconstructing, summarising } from "./semantic-autoencoder.js";

await startEngine();

const options = { width: 1, hidden: 1, emptyMasks: "drop", least: 0.6, otherwise: "stop" } as const;
/** Headers of one position that pass numbers through: GELU is the identity at 20 and above. */
const identity: Readonly<Record<string, Tensor>> = Object.fromEntries(
  ["down", "up"].flatMap((way) => [
    [`${way}/1/kernel`, tensor([1], [1, 1])],
    [`${way}/1/bias`, tensor1d([20])],
    [`${way}/2/kernel`, tensor([1], [1, 1])],
    [`${way}/2/bias`, tensor1d([-20])],
  ]),
);
const making: Make = { variable: (name, shape) => reshape(identity[name]!, [...shape]) as never, state: undefined as never };
/** E gives `vectors`, one position each; D gives `logits`. */
function gatesOf(make: typeof reconstructing | typeof summarising, vectors: Tensor2D, logits: Tensor4D) {
  const [images, channels] = vectors.shape;
  const toy = { encode: () => reshape(vectors, [images, 1, 1, channels]), decode: () => logits, latent: { height: 1, width: 1, channels } };
  const built = (make(options).build as unknown as (site: unknown) => Built<Step<{}>>)({
    picture: { height: 8, width: 8, channels: 1, classes: 2 },
    use: () => toy,
    scope: { module: (name: string, of: (make: Make) => object) => (name === "autoencoder" ? toy : of(making)) },
  });
  return new Map(built.gates!.map((gate) => [gate.name, gate]));
}
const labelled = tensor1d([1, 1, 1, 0]);
/** Classes of 2 × 1 pixels, background and foreground: both are foreground, the first is, none is; and a picture without a label. */
const labels = tensor4d([0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0], [4, 2, 1, 2]);
const step = { labels, valid: tensor3d(new Array(8).fill(1) as number[], [4, 2, 1]), labelled, pass: () => undefined, once: (_: string, make: () => unknown) => make() }; // prettier-ignore
const measured = (gate: Gate<Step<{}>>): number => {
  const { sum, count } = gate.measure(step as never);
  const total = (x: Tensor): number => [...x.dataSync()].reduce((a, b) => a + b, 0);
  return total(sum) / total(count!);
};
const vectors = tensor([3, 4, 0, 3, 4.03, 0, 3, 3.98, 0, 100, 100, 100], [4, 3]) as Tensor2D;
// decided: both; both; the second; both
const logits = tensor4d([1, 1, 1, 1, -1, 1, 1, 1], [4, 2, 1, 1]);

test("of a reconstruction: the share of masks with a foreground, and pooled Dice, by hand", () => {
  const gates = gatesOf(reconstructing, vectors, logits);
  expect([...gates.keys()]).toEqual(["with-foreground", "dice-of-reconstruction"]);
  const [some, dice] = [...gates.values()] as [Gate<Step<{}>>, Gate<Step<{}>>];
  expect(measured(some)).toBeCloseTo(2 / 3, 6); // of three with a label
  expect(some.otherwise).toBe("stop");
  expect([0, 1e-3, 1].map((share) => some.accept(share, {}))).toEqual([false, true, true]);
  expect(measured(dice)).toBeCloseTo((2 * (2 + 1 + 0)) / (4 + 3 + 1), 6);
  expect(dice.otherwise).toBe("stop");
  expect([0.59, 0.6, 1].map((found) => dice.accept(found, {}))).toEqual([false, true, true]);
});

test("of vectors: Dice through them, entries that vary, their length, by hand", () => {
  const gates = gatesOf(summarising, vectors, logits);
  expect([...gates.keys()]).toEqual(["dice-through-vector", "varying-entries", "vector-length"]);
  const [dice, varying, length] = [...gates.values()] as [Gate<Step<{}>>, Gate<Step<{}>>, Gate<Step<{}>>];
  expect(measured(dice)).toBeCloseTo(6 / 8, 6);
  expect(dice.accept(0, {})).toBe(true);
  // the second entry alone: 4, 4.03, 3.98 have a variance of 6.3e-4
  expect(measured(varying)).toBeCloseTo(1 / 3, 6);
  expect(varying.otherwise).toBe("warn");
  expect([0, 0.5, 0.51].map((share) => varying.accept(share, {}))).toEqual([false, false, true]);
  expect(measured(length)).toBeCloseTo((5 + Math.hypot(3, 4.03) + Math.hypot(3, 3.98)) / 3, 4);
  // squares sum to 1.8e-4 and to 2.2e-4 around their means: variances, divided by n − 1 = 2, of 0.9e-4 and 1.1e-4
  const near = [1.8e-4, 2.2e-4].map((squares) => Math.sqrt(squares / 2));
  const still = tensor([near[0]!, near[1]!, 0, 0, -near[0]!, -near[1]!, 9, 9], [4, 2]) as Tensor2D;
  expect(measured(gatesOf(summarising, still, logits).get("varying-entries")!)).toBeCloseTo(0.5, 6);
});

test("of both at once: all of them", () => {
  expect([...gatesOf((options: Parameters<typeof reconstructing>[0]) => reconstructing(options, true), vectors, logits).keys()]).toEqual([
    "with-foreground",
    "dice-of-reconstruction",
    "dice-through-vector",
    "varying-entries",
    "vector-length",
  ]);
});

test("of an alignment: it may cost 0.05 Dice, not more", () => {
  const training = consistencyTraining("teacher", {
    latent: 1,
    reconstruction: 1,
    consistency: 1,
    augmentation: 0.5,
    hidden: 1,
    views: [],
  });
  const built = (training.build as unknown as (site: unknown) => Built<Step<{}>>)({
    picture: { height: 8, width: 8, channels: 1, classes: 2 },
    net: { aligned: { bottleneck: { stride: 8, channels: 1 } } },
    use: () => ({ size: 1 }),
    scope: { module: (_: string, make: (make: Make) => object) => make(making) },
  });
  const [whole, through] = built.gates!;
  expect([whole!.name, through!.name, whole!.otherwise, through!.otherwise]).toEqual([
    "dice-of-network",
    "dice-through-alignment",
    "warn",
    "warn",
  ]);
  expect(whole!.accept(0, {})).toBe(true);
  expect([0.7501, 0.7499, 0.9].map((dice) => through!.accept(dice, { "dice-of-network": 0.8 }))).toEqual([true, false, true]);
  expect(through!.accept(1, {})).toBe(false);
});
