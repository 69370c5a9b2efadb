import type { Plugin } from "@segdistill/core/contract";
import { adversarialSimilarity, adversarialSimilarityOptions } from "./adversarial-similarity.js";
import { featureSimilarity, featureSimilarityOptions } from "./feature-similarity.js";
import { lightVessel, lightVesselOptions } from "./light-vessel.js";

/** What this package offers to configurations: `use: "@segdistill/plugin-lightvessel#light-vessel"`, `#feature-similarity` and `#adversarial-similarity`. */
export const segdistill = {
  contract: 1,
  methods: {
    "light-vessel": { options: lightVesselOptions, create: lightVessel },
    "feature-similarity": { options: featureSimilarityOptions, create: featureSimilarity },
    "adversarial-similarity": { options: adversarialSimilarityOptions, create: adversarialSimilarity },
  },
} satisfies Plugin;
