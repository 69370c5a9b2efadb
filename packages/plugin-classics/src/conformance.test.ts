import { describeMethod } from "@segdistill/core/testing";
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
const adversarial = { weight: 0.1, loss: "wgan-gp", rate: 1e-3, width: 2 } as const;
/** What the discriminator needs. */
const least = 32;

describeMethod(runner, "attention", () => attention({ power: 2 }), { offered: methods.attention });
describeMethod(runner, "fsp", () => fsp(), { offered: methods.fsp });
describeMethod(runner, "factor-transfer", () => factorTransfer(), { offered: methods["factor-transfer"] });
describeMethod(runner, "variational-information", () => variationalInformation(), { offered: methods["variational-information"] });
describeMethod(runner, "structured-knowledge", () => structuredKnowledge(), { offered: methods["structured-knowledge"] });
describeMethod(runner, "structured-knowledge in full", () => structuredKnowledge({ reduction: "mean", kernel: 2, adversarial }), {
  offered: methods["structured-knowledge"],
  least,
});
describeMethod(runner, "intra-class-variation", () => intraClassVariation(), { offered: methods["intra-class-variation"] });
describeMethod(runner, "emkd", () => emkd(), { offered: methods.emkd });
describeMethod(runner, "cocod", () => cocod({ adversarial }), { offered: methods.cocod, least });
