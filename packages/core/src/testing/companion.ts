import { mul, squaredDifference } from "@tensorflow/tfjs-core";
import type { Method } from "../contract/index.js";
import { meanOver } from "../reductions.js";

/** A supervised method that stands beside the one under test: the mean squared distance of the student's logits from 2 · labels, over what counts. */
export const companion = (): Method<"companion", { student: never }> => ({
  name: "companion",
  options: {},
  wants: { student: [] },
  build: () => ({
    terms: [
      {
        name: "square",
        loss: ({ net, labels, valid, labelled }) => meanOver(squaredDifference(net.student.logits, mul(labels, 2)), valid, labelled),
      },
    ],
  }),
});
