import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { attention } from "./attention.js";
import { cocod } from "./cocod.js";
import { flowMatrix, fsp } from "./fsp.js";
import { structuredKnowledge } from "./structured-knowledge.js";
import { cellSimilarity } from "./structured-knowledge.js";
import { random } from "../test/properties.js";
import { trial } from "../test/trial.js";

await startEngine();

const map = (h: number, w: number) => random([1, h, w, 3], 1);
const pair = (h: number, w: number) => ({ "encoder/4": map(4, 6), "decoder/4": map(h, w) });

test.each([
  [
    "maps of different size",
    () => trial(attention(), { student: pair(4, 6), teacher: pair(8, 12) }),
    "classics/other-size",
    '[attention] student tap "decoder/4" has 1/4 of the picture\'s size, teacher tap "decoder/4" 1/2. Expected the same size, since positions are compared one by one. Take taps of one size.',
  ],
  [
    "a ratio that is not whole, before anything runs",
    () => trial(fsp(), { student: { "encoder/4": map(4, 6), "decoder/4": map(3, 4) }, teacher: pair(4, 6) }, { height: 12, width: 24 }),
    "classics/fsp-sizes",
    "[fsp] maps are 4 × 8 and 3 × 6 positions. Expected one to be a whole number of times the other, as often in height as in width, so that the larger can be pooled. Take another layer pair.",
  ],
  [
    "another ratio in width than in height",
    () => flowMatrix(map(4, 6), map(2, 6)),
    "classics/fsp-sizes",
    "[fsp] maps are 4 × 6 and 2 × 6 positions. Expected one to be a whole number of times the other, as often in height as in width, so that the larger can be pooled. Take another layer pair.",
  ],
  [
    "a map without a half",
    () => cellSimilarity(map(1, 6), { kernel: "half" }),
    "classics/skd-map",
    "[structured-knowledge] a map of 1 × 6 positions has no half to pool over. Expected 2 × 2 or more. Take larger patches (sample.patch), a larger map, or give kernel a number.",
  ],
  [
    "maps of different size under a kernel of a number",
    () => trial(structuredKnowledge({ kernel: 2 }), { student: { "encoder/4": map(4, 6) }, teacher: { "encoder/4": map(2, 3) } }),
    "classics/other-size",
    '[structured-knowledge] student tap "encoder/4" has 1/4 of the picture\'s size, teacher tap "encoder/4" 1/8. Expected the same size, since positions are compared one by one. Take taps of one size.',
  ],
  [
    "pictures that are too small for the discriminator",
    () => trial(cocod(), { student: pair(4, 6), teacher: pair(4, 6) }),
    "classics/picture-too-small",
    "[cocod] pictures are 16 × 24 pixels, and the discriminator needs 32 × 32. Take larger patches (sample.patch), or leave it out: adversarial: false.",
  ],
])("%s", (_, run, code, message) => {
  const thrown = (): unknown => {
    try {
      return run();
    } catch (error) {
      const { name, code, exit, message } = error as Error & { code: string; exit: number };
      return { name, code, exit, message };
    }
  };
  expect(thrown()).toEqual({ name: "SegDistillError", code, exit: 2, message });
});
