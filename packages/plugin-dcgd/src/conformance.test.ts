import { linearAlignment } from "@segdistill/alignment/testing";
import { describeMethod } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { dcgd } from "./dcgd.js";
import { segdistill } from "./plugin.js";

const offered = segdistill.methods.dcgd;
const beside = () => [linearAlignment({ size: 3 })];
const range: readonly [number, number] = [-1, 1];
// all of one kind, so that a check costs less
const views = { count: 3, transforms: [{ brightness: { by: 0.3, range } }, { noise: { from: 0, to: 0.3, range } }] };
const runner = { describe, it };

describeMethod(runner, "dcgd", () => dcgd(), { offered, beside });
describeMethod(runner, "dcgd by divergence, centred", () => dcgd({ loss: "kl", views, centre: "sourceMean" }), { offered, beside });
describeMethod(runner, "dcgd among the pictures of a batch", () => dcgd({ nodes: "batch", views }), { offered, beside });
