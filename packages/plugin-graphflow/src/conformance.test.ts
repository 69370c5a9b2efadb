import { describeMethod } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { graphFlow } from "./graph-flow.js";
import { segdistill } from "./plugin.js";

const offered = segdistill.methods["graph-flow"];
const paraphraser = { epochs: 1 };
const none = { paraphraser, adversarial: false } as const;
describeMethod({ describe, it }, "graph-flow", () => graphFlow(none), { offered });
describeMethod({ describe, it }, "graph-flow by cosines", () => graphFlow({ ...none, reading: "R3", border: "clamp", logits: false }), {
  offered,
  least: 16,
});
for (const loss of ["wgan-gp", "hinge"] as const)
  describeMethod({ describe, it }, `graph-flow against ${loss}`, () => graphFlow({ paraphraser, adversarial: { loss, width: 2 } }), {
    offered,
    least: 64,
  });
