import { linearAlignment } from "@segdistill/alignment/testing";
import { describeMethod } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { dicd } from "./dicd.js";
import { segdistill } from "./plugin.js";

const offered = segdistill.methods.dicd;
const beside = () => [linearAlignment({ size: 3 })];
const runner = { describe, it };

describeMethod(runner, "dicd", () => dicd(), { offered, beside });
describeMethod(runner, "dicd by classes", () => dicd({ divergence: "ce" }), { offered, beside });
describeMethod(runner, "dicd by squares, own headers", () => dicd({ divergence: "mse", headers: "own" }), { offered, beside });
describeMethod(runner, "dicd with detached skips", () => dicd({ detachSkips: true }), { offered, beside, detached: ["cross"] });
