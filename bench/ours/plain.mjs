import { add, mean } from "@tensorflow/tfjs-core";
import { meanOver } from "@segdistill/core";

/** A term that reads maps of the teacher's and teaches nothing: so small that no loss shows it, and not 0, which would leave it out. */
export const read = (maps) => ({
  name: "read",
  weight: 1e-9,
  loss: (step) => meanOver(maps(step).reduce((sum, map) => add(sum, mean(map, [1, 2, 3])), mean(step.net.teacher.logits, [1, 2, 3]))),
});

/** The teacher runs, and nothing is made of it: what methods are measured against. */
export const plain = () => ({
  name: "plain",
  options: {},
  wants: { student: [], teacher: [] },
  build: () => ({ terms: [read(() => [])] }),
});
