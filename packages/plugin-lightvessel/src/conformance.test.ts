import type { Method } from "@segdistill/core";
import { describeMethod } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { adversarialSimilarity, type AdversarialSimilarityOptions } from "./adversarial-similarity.js";
import { featureSimilarity } from "./feature-similarity.js";
import { lightVessel } from "./light-vessel.js";
import { segdistill } from "./plugin.js";

const { methods } = segdistill;

for (const similarity of ["cosine-map", "affinity", "self-affinity", "channel"] as const)
  describeMethod({ describe, it }, similarity, () => featureSimilarity({ similarity }), { offered: methods["feature-similarity"] });
describeMethod({ describe, it }, "fsp", () => featureSimilarity({ similarity: "fsp", paraphraser: { epochs: 1 } }), {
  offered: methods["feature-similarity"],
});

/** Wants a tap at 1/16, so that the kit's pictures are 32 × 48 pixels: large enough for the discriminator. */
const large = (): Method<"large", { student: "encoder/16" }> => ({ name: "large", options: {}, wants: { student: ["encoder/16"] } });
const rest = { beside: () => [large()] };
const width = 2;

const adversarial: readonly AdversarialSimilarityOptions[] = [
  { width },
  { width, variant: "B", real: "annotation-and-teacher", smoothing: 0.1 },
  { width, loss: "lsgan" },
];
for (const options of adversarial)
  describeMethod({ describe, it }, `adversarial ${JSON.stringify(options)}`, () => adversarialSimilarity(options), {
    ...rest,
    offered: methods["adversarial-similarity"],
  });

describeMethod({ describe, it }, "light-vessel", () => lightVessel({ adversarial: { width } }), {
  ...rest,
  offered: methods["light-vessel"],
});
