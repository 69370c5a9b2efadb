import type { Plugin } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { adversarialSimilarity, featureSimilarity, lightVessel, segdistill } from "./index.js";

const { methods }: Plugin = segdistill;
/** As a configuration does it. */
const made = (name: string, said: object) => methods[name]!.create(methods[name]!.options.parse(said) as never);

test("offers three methods, by the contract that package.json names", () => {
  expect(Object.keys(methods)).toEqual(["light-vessel", "feature-similarity", "adversarial-similarity"]);
  expect(manifest.keywords).toContain("segdistill-plugin");
  expect(manifest.segdistill.contract).toBe(segdistill.contract);
});

const atQuarter = { encoder: "encoder/4", decoder: "decoder/4" };
const feature = { pairs: [{ student: atQuarter, teacher: atQuarter }], similarity: "cosine-map" };
const adversarial = { variant: "A", loss: "wgan-gp", real: "annotation", smoothing: 0, rate: 3e-5, betas: [0.9, 0.99], width: 64 };
const defaults = {
  "feature-similarity": [featureSimilarity(), feature],
  "adversarial-similarity": [adversarialSimilarity(), adversarial],
  "light-vessel": [lightVessel(), { feature: { ...feature, weight: 1 }, adversarial: { ...adversarial, weight: 0.1 } }],
} as const;

test.each(Object.keys(defaults) as (keyof typeof defaults)[])("%s fills in defaults, which are those of the factory", (name) => {
  const [factory, options] = defaults[name];
  for (const method of [made(name, {}), factory]) {
    expect(method.name).toBe(name);
    expect(method.options).toEqual(options);
  }
});

test("what is said reaches the method", () => {
  const pairs = [{ student: { encoder: "encoder/2", decoder: "decoder/2" }, teacher: { encoder: "encoder/2", decoder: "up/2" } }];
  const said = { variant: "B", loss: "lsgan", real: "annotation-and-teacher", smoothing: 0.1, rate: 1e-3, betas: [0.5, 0.9], width: 8 };
  expect(made("feature-similarity", { pairs, similarity: "affinity" }).options).toEqual({ pairs, similarity: "affinity" });
  expect(made("adversarial-similarity", said).options).toEqual(said);
  const both = { feature: { pairs, similarity: "channel", weight: 10 }, adversarial: { ...said, weight: 0.5 } };
  expect(made("light-vessel", both).options).toEqual(both);
  expect(made("feature-similarity", { similarity: "fsp" }).options).toMatchObject({
    similarity: "fsp",
    paraphraser: { loss: "mse", epochs: 200 },
  });
  expect(made("light-vessel", { feature: { similarity: "fsp", paraphraser: { epochs: 5 } } }).options).toMatchObject({
    feature: { similarity: "fsp", paraphraser: { loss: "mse", epochs: 5 } },
  });
});

test.each([
  ["feature-similarity", { weight: 1 }, { path: [], message: 'Unrecognized key: "weight"' }],
  [
    "feature-similarity",
    { similarity: "cosine" },
    { path: ["similarity"], message: 'Invalid option: expected one of "cosine-map"|"affinity"|"self-affinity"|"channel"|"fsp"' },
  ],
  ["feature-similarity", { pairs: [] }, { path: ["pairs"], message: "Too small: expected array to have >=1 items" }],
  [
    "feature-similarity",
    { paraphraser: {} },
    { path: ["paraphraser"], message: 'only similarity "fsp" reads the teacher through paraphrasers' },
  ],
  [
    "light-vessel",
    { feature: { paraphraser: {} } },
    { path: ["feature", "paraphraser"], message: 'only similarity "fsp" reads the teacher through paraphrasers' },
  ],
  ["light-vessel", { adversarial: { weight: -1 } }, { path: ["adversarial", "weight"], message: "Too small: expected number to be >=0" }],
  ["light-vessel", { pairs: [] }, { path: [], message: 'Unrecognized key: "pairs"' }],
  ["adversarial-similarity", { variant: "C" }, { path: ["variant"], message: 'Invalid option: expected one of "A"|"B"' }],
  ["adversarial-similarity", { loss: "gan" }, { path: ["loss"], message: 'Invalid option: expected one of "wgan-gp"|"lsgan"|"hinge"' }],
  [
    "adversarial-similarity",
    { real: "teacher" },
    { path: ["real"], message: 'Invalid option: expected one of "annotation"|"annotation-and-teacher"' },
  ],
  ["adversarial-similarity", { smoothing: 2 }, { path: ["smoothing"], message: "Too big: expected number to be <=1" }],
  ["adversarial-similarity", { rate: 0 }, { path: ["rate"], message: "Too small: expected number to be >0" }],
  ["adversarial-similarity", { betas: [0.9, 1] }, { path: ["betas", 1], message: "Too big: expected number to be <1" }],
  ["adversarial-similarity", { width: 0 }, { path: ["width"], message: "Too small: expected number to be >=1" }],
])("%s refuses %o", (name, said, issue) => {
  const issues = () => {
    try {
      return made(name, said);
    } catch (error) {
      return (error as { issues: { path: unknown; message: string }[] }).issues.map(({ path, message }) => ({ path, message }));
    }
  };
  expect(issues()).toEqual([issue]);
});
