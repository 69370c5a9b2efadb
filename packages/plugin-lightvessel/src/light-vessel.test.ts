import { startEngine } from "@segdistill/backend";
import type { Built, CheckedMethod, Step, Wants } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import { lightVessel } from "./index.js";
import { fixedScope } from "./testing/seen.js";

await startEngine();

const built = (method: CheckedMethod): Built<Step<Wants>> => {
  const taps = { "encoder/4": { stride: 4, channels: 3 }, "decoder/4": { stride: 4, channels: 3 } };
  const site = { scope: fixedScope({}).scope, net: { student: { taps }, teacher: { taps } }, picture: { height: 32, width: 48, channels: 1, classes: 2 } }; // prettier-ignore
  return (method.build as (site: unknown) => Built<Step<Wants>>)(site);
};
const weights = (method: CheckedMethod) => Object.fromEntries(built(method).terms!.map(({ name, weight }) => [name, weight]));

test("is both modules: features by 1, both adversarial terms by 0.1, and the discriminator", () => {
  const method = lightVessel({ adversarial: { width: 2 } });
  expect(method.wants).toEqual({ student: ["encoder/4", "decoder/4"], teacher: ["encoder/4", "decoder/4"] });
  expect(weights(method)).toEqual({
    "feature-similarity/similarity": 1,
    "adversarial-similarity/similarity": 0.1,
    "adversarial-similarity/adversarial": 0.1,
  });
  const { adversaries, trains } = built(method);
  expect(adversaries!.map(({ name }) => name)).toEqual(["adversarial-similarity/discriminator"]);
  expect(adversaries![0]!.optimiser.describe).toMatchObject({ adam: { betas: [0.9, 0.99] } });
  expect(adversaries![0]!.optimiser.rate).toBe(3e-5);
  expect(trains).toEqual([]);
});

test("weighs either half by its own weight", () => {
  const method = lightVessel({ feature: { weight: 10 }, adversarial: { weight: 0.5, width: 2 } });
  expect(Object.values(weights(method))).toEqual([10, 0.5, 0.5]);
});

test("asks for paraphrasers with the FSP control, and only then", () => {
  expect(lightVessel().uses).toEqual([]);
  expect(lightVessel({ feature: { similarity: "fsp" } }).uses!.map(({ name }) => name)).toEqual(["paraphrasers-encoder4-decoder4"]);
});
