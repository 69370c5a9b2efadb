import type { Plugin } from "@segdistill/core/contract";
import { attention, attentionOptions } from "./attention.js";
import { cocod, cocodOptions } from "./cocod.js";
import { emkd, emkdOptions } from "./emkd.js";
import { factorTransfer, factorTransferOptions } from "./factor-transfer.js";
import { fsp, fspOptions } from "./fsp.js";
import { intraClassVariation, intraClassVariationOptions } from "./intra-class-variation.js";
import { structuredKnowledge, structuredKnowledgeOptions } from "./structured-knowledge.js";
import { variationalInformation, variationalInformationOptions } from "./variational-information.js";

/** What this package offers to configurations: `use: "@segdistill/plugin-classics#attention"` and so on. */
export const segdistill = {
  contract: 1,
  methods: {
    attention: { options: attentionOptions, create: attention },
    fsp: { options: fspOptions, create: fsp },
    "factor-transfer": { options: factorTransferOptions, create: factorTransfer },
    "variational-information": { options: variationalInformationOptions, create: variationalInformation },
    "structured-knowledge": { options: structuredKnowledgeOptions, create: structuredKnowledge },
    "intra-class-variation": { options: intraClassVariationOptions, create: intraClassVariation },
    emkd: { options: emkdOptions, create: emkd },
    cocod: { options: cocodOptions, create: cocod },
  },
} satisfies Plugin;
