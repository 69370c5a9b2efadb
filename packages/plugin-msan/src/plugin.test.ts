import { appearanceChanges } from "@segdistill/alignment";
import type { Plugin } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { msan, segdistill } from "./index.js";

const { methods }: Plugin = segdistill;
const { options, create } = methods["msan"]!;
/** As a configuration does it. */
const made = (said: object) => create(options.parse(said) as never);

test("offers one method, by the contract that package.json names", () => {
  expect(Object.keys(methods)).toEqual(["msan"]);
  expect(manifest.keywords).toContain("segdistill-plugin");
  expect(manifest.segdistill.contract).toBe(segdistill.contract);
});

test("fills in defaults, which are those of the factory, and are these", () => {
  expect(made({}).options).toEqual(msan().options);
  expect(made({}).options).toEqual({
    autoencoder: { width: 64, epochs: 15, headerEpochs: 15, rate: 1e-3, joint: false, emptyMasks: "drop", least: 0.9, otherwise: "stop" },
    act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5, epochs: 50, rate: 1e-3, views: appearanceChanges },
    hidden: 64,
  });
});

test("part of a part is enough; switches are weights", () => {
  const { autoencoder, act } = msan().options as unknown as { autoencoder: object; act: object };
  expect(made({ autoencoder: { width: 8, joint: true }, hidden: 16 }).options).toEqual({
    autoencoder: { ...autoencoder, width: 8, joint: true },
    act,
    hidden: 16,
  });
  const off = { latent: false, reconstruction: 2, consistency: true, augmentation: true } as const;
  expect(made({ act: off }).options).toEqual({ autoencoder, act: { ...act, latent: 0, reconstruction: 2 }, hidden: 64 });
  expect(msan({ act: off }).options).toEqual(made({ act: off }).options);
  expect(msan({ act: { views: ["flips"] } }).options).toEqual(made({ act: { views: ["flips"] } }).options);
});

test.each([
  [{ alpha: 1 }, { path: [], message: 'Unrecognized key: "alpha"' }],
  [{ autoencoder: { batch: 1 } }, { path: ["autoencoder"], message: 'Unrecognized key: "batch"' }],
  [{ act: { gamma: 1 } }, { path: ["act"], message: 'Unrecognized key: "gamma"' }],
  [{ autoencoder: { width: 3 } }, { path: ["autoencoder", "width"], message: "Invalid number: must be a multiple of 2" }],
  [{ autoencoder: { width: 0 } }, { path: ["autoencoder", "width"], message: "Too small: expected number to be >=2" }],
  [{ autoencoder: { epochs: 0 } }, { path: ["autoencoder", "epochs"], message: "Too small: expected number to be >=1" }],
  [{ autoencoder: { headerEpochs: 0 } }, { path: ["autoencoder", "headerEpochs"], message: "Too small: expected number to be >=1" }],
  [{ autoencoder: { rate: 0 } }, { path: ["autoencoder", "rate"], message: "Too small: expected number to be >0" }],
  [{ autoencoder: { least: 2 } }, { path: ["autoencoder", "least"], message: "Too big: expected number to be <=1" }],
  [{ autoencoder: { otherwise: "go" } }, { path: ["autoencoder", "otherwise"], message: 'Invalid option: expected one of "stop"|"warn"' }],
  [
    { autoencoder: { emptyMasks: true } },
    { path: ["autoencoder", "emptyMasks"], message: 'Invalid option: expected one of "drop"|"keep"' },
  ],
  [{ act: { epochs: 0.5 } }, { path: ["act", "epochs"], message: "Invalid input: expected int, received number" }],
  [{ act: { latent: -1 } }, { path: ["act", "latent"], message: "Too small: expected number to be >=0" }],
  [{ hidden: 0 }, { path: ["hidden"], message: "Too small: expected number to be >=1" }],
  [
    { act: { views: [{ brightness: { by: 2 } }] } },
    { path: ["act", "views"], message: "[brightness] by is 2. Expected a number from 0 to 1. Correct it." },
  ],
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
