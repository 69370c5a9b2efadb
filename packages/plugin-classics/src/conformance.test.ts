import { describeMethod, type MethodConformance } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { attention } from "./attention.js";
import { cocod } from "./cocod.js";
import { emkd } from "./emkd.js";
import { factorTransfer } from "./factor-transfer.js";
import { fsp } from "./fsp.js";
import { intraClassVariation } from "./intra-class-variation.js";
import { segdistill } from "./plugin.js";
import { structuredKnowledge } from "./structured-knowledge.js";
import { variationalInformation } from "./variational-information.js";

const { methods } = segdistill;
const runner = { describe, it };
const other = (encoder: string, decoder: string) => ({ student: { encoder, decoder }, teacher: { encoder, decoder } });
const opponent = { weight: 0.1, loss: "wgan-gp", rate: 1e-3, width: 2 } as const;

describeMethod(runner, "attention", () => attention(), { offered: methods.attention });
describeMethod(
  runner,
  "attention, power 2, two pairs",
  () => attention({ power: 2, pairs: [other("encoder/4", "decoder/4"), other("encoder/2", "decoder/2")] }),
  {
    offered: methods.attention,
  },
);
describeMethod(runner, "fsp", () => fsp(), { offered: methods.fsp });
describeMethod(runner, "fsp of two sizes", () => fsp({ pairs: [other("encoder/2", "decoder/4")] }), { offered: methods.fsp });
describeMethod(runner, "factor-transfer", () => factorTransfer(), { offered: methods["factor-transfer"] });
describeMethod(runner, "variational-information", () => variationalInformation(), { offered: methods["variational-information"] });
describeMethod(runner, "structured-knowledge", () => structuredKnowledge(), { offered: methods["structured-knowledge"] });
describeMethod(runner, "structured-knowledge in full", () => structuredKnowledge({ reduction: "mean", kernel: 2, adversarial: opponent }), {
  offered: methods["structured-knowledge"],
  least: 32,
});
describeMethod(runner, "intra-class-variation", () => intraClassVariation(), { offered: methods["intra-class-variation"] });
describeMethod(runner, "emkd", () => emkd(), { offered: methods.emkd });
const two: MethodConformance = { classes: 2, offered: methods.emkd };
describeMethod(runner, "emkd of two classes", () => emkd({ temperature: 2 }), two);
describeMethod(runner, "cocod alone", () => cocod({ adversarial: false }), { offered: methods.cocod });
describeMethod(runner, "cocod", () => cocod({ correlation: "difference", adversarial: opponent }), {
  offered: methods.cocod,
  least: 32,
});
