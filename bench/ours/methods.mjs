import { paraphrased, quarter } from "@segdistill/layer-pairs";
import {
  attention,
  cocod,
  emkd,
  factorTransfer,
  fsp,
  intraClassVariation,
  structuredKnowledge,
  variationalInformation,
} from "@segdistill/plugin-classics";
import { graphFlow } from "@segdistill/plugin-graphflow";
import { featureSimilarity, lightVessel } from "@segdistill/plugin-lightvessel";
import { logits } from "@segdistill/plugin-kd";
import { plain, read } from "./plain.mjs";

/** The plain step, its maps brought to the student's channels. */
function throughParaphrasers() {
  const { stages, uses, encoders } = paraphrased(quarter);
  const taps = ["encoder/4", "decoder/4"];
  return {
    ...{ name: "paraphrased", options: {}, wants: { student: taps, teacher: taps }, uses, stages },
    build: (site) => {
      const [{ encoder, decoder }] = encoders(site);
      return { terms: [read(({ net }) => [encoder(net.teacher.tap(taps[0])), decoder(net.teacher.tap(taps[1]))])] };
    },
  };
}

/** By the names of `--method`; pytorch/methods.py has their twins. Options are the packages' defaults, but for the temperature that `bench -- all` has too. */
export const methods = {
  plain,
  paraphrased: throughParaphrasers,
  kd: () => logits({ temperature: 4 }),
  at: attention,
  fsp,
  ft: factorTransfer,
  vid: variationalInformation,
  skd: structuredKnowledge,
  ifvd: intraClassVariation,
  emkd,
  cocod,
  "graph-flow-graph": () => graphFlow({ adversarial: false, logits: false }),
  "graph-flow-r1-no-adversary": () => graphFlow({ adversarial: false }),
  "graph-flow-r1": graphFlow,
  "graph-flow-r3-no-adversary": () => graphFlow({ reading: "R3", adversarial: false }),
  "graph-flow-r3": () => graphFlow({ reading: "R3" }),
  "light-vessel-features": featureSimilarity,
  "light-vessel": lightVessel,
};
