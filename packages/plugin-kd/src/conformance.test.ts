import { describeMethod } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { logits } from "./logits.js";
import { segdistill } from "./plugin.js";
import { supervised } from "./supervised.js";

const { methods } = segdistill;
describeMethod({ describe, it }, "supervised", () => supervised(), { offered: methods.supervised });
describeMethod({ describe, it }, "logits", () => logits({ temperature: 4 }), { offered: methods.logits });
describeMethod({ describe, it }, "logits by element", () => logits({ reduction: "element" }), { offered: methods.logits });
