import type { Plugin } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { graphFlow, segdistill } from "./index.js";

const { methods }: Plugin = segdistill;
const { options, create } = methods["graph-flow"]!;
/** As a configuration does it. */
const made = (said: object) => create(options.parse(said) as never);

test("offers one method, by the contract that package.json names", () => {
  expect(Object.keys(methods)).toEqual(["graph-flow"]);
  expect(manifest.keywords).toContain("segdistill-plugin");
  expect(manifest.segdistill.contract).toBe(segdistill.contract);
});

test("fills in defaults, which are those of the factory, and are these", () => {
  const quarter = { encoder: "encoder/4", decoder: "decoder/4" };
  expect(made({}).options).toEqual(graphFlow().options);
  expect(made({}).options).toEqual({
    pairs: [{ student: quarter, teacher: quarter }],
    patch: 3,
    border: "zero",
    reading: "R1",
    vertex: 1e-5,
    edge: 1e-9,
    batchScale: true,
    paraphraser: { loss: "mse", epochs: 200 },
    adversarial: { weight: 0.1, loss: "wgan-gp", rate: 3e-5, width: 64 },
    logits: { weight: 1, temperature: 1 },
  });
});

test("part of a part is enough", () => {
  const said = {
    pairs: [{ teacher: { decoder: "up/4" } }],
    paraphraser: { epochs: 20 },
    adversarial: { loss: "hinge" },
    logits: { temperature: 4 },
  };
  expect(made({ ...said, reading: "R3" }).options).toEqual({
    ...(graphFlow({ reading: "R3" }).options as object),
    pairs: [{ student: { encoder: "encoder/4", decoder: "decoder/4" }, teacher: { encoder: "encoder/4", decoder: "up/4" } }],
    paraphraser: { loss: "mse", epochs: 20 },
    adversarial: { weight: 0.1, loss: "hinge", rate: 3e-5, width: 64 },
    logits: { weight: 1, temperature: 4 },
  });
  expect(made({ adversarial: false, logits: false }).options).toMatchObject({ adversarial: false, logits: false });
});

test.each([
  [{ lambda1: 1 }, { path: [], message: 'Unrecognized key: "lambda1"' }],
  [{ patch: 4 }, { path: ["patch"], message: "patch must be odd, so that it has a middle" }],
  [{ vertex: -1 }, { path: ["vertex"], message: "Too small: expected number to be >=0" }],
  [{ pairs: [] }, { path: ["pairs"], message: "Too small: expected array to have >=1 items" }],
  [{ pairs: [{ student: { up: "x" } }] }, { path: ["pairs", 0, "student"], message: 'Unrecognized key: "up"' }],
  [{ paraphraser: { epochs: 0 } }, { path: ["paraphraser", "epochs"], message: "Too small: expected number to be >=1" }],
  [{ reading: "R4" }, { path: ["reading"], message: 'Invalid option: expected one of "R1"|"R2"|"R3"' }],
])("refuses %o", (said, issue) => {
  const issues = () => {
    try {
      return made(said);
    } catch (error) {
      return (error as { issues: { path: unknown; message: string }[] }).issues.map(({ path, message }) => ({ path, message }));
    }
  };
  expect(issues()).toEqual([issue]);
});
