import type { Plugin } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import * as exported from "./index.js";

const { methods }: Plugin = exported.segdistill;
/** As a configuration does it. */
const made = (name: string, said: object) => methods[name]!.create(methods[name]!.options.parse(said) as never);
const factories: Readonly<Record<string, () => { readonly name: string; readonly options: unknown; readonly wants: unknown }>> = {
  attention: exported.attention,
  fsp: exported.fsp,
  "factor-transfer": exported.factorTransfer,
  "variational-information": exported.variationalInformation,
  "structured-knowledge": exported.structuredKnowledge,
  "intra-class-variation": exported.intraClassVariation,
  emkd: exported.emkd,
  cocod: exported.cocod,
};

test("offers eight methods, by the contract that package.json names", () => {
  expect(Object.keys(methods)).toEqual(Object.keys(factories));
  expect(manifest.keywords).toContain("segdistill-plugin");
  expect(manifest.segdistill.contract).toBe(exported.segdistill.contract);
});

test.each(Object.entries(factories))("%s: its configuration's defaults are those of the factory", (name, factory) => {
  const [{ options, wants }, own] = [made(name, {}), factory()];
  expect(own.name).toBe(name);
  expect(options).toEqual(own.options);
  expect(wants).toEqual(own.wants);
});

const quarter = { encoder: "encoder/4", decoder: "decoder/4" };
const pairs = [{ student: quarter, teacher: quarter }];
const paraphraser = { loss: "mse", epochs: 200 };
const gan = { weight: 0.1, loss: "wgan-gp", width: 64 };
test.each([
  ["attention", { pairs, power: 1 }],
  ["fsp", { pairs, paraphraser }],
  ["factor-transfer", { pairs, beta: 200, paraphraser }],
  ["variational-information", { pairs }],
  [
    "structured-knowledge",
    { taps: { student: "encoder/4", teacher: "encoder/4" }, kernel: "half", pixel: 1, pair: 0.1, reduction: "sum", adversarial: false },
  ],
  ["intra-class-variation", { taps: { student: "decoder/4", teacher: "decoder/4" }, weights: "ours" }],
  ["emkd", { pairs, temperature: 4, prediction: 0.1, importance: 0.9, regions: 0.9 }],
  ["cocod", { pairs, correlation: "product", paraphraser, adversarial: { ...gan, rate: 3e-5 } }],
])("%s: defaults", (name, options) => expect(made(name, {}).options).toEqual(options));

test("what is left out of a pair, a tap or a discriminator is filled in", () => {
  expect(made("attention", { pairs: [{ teacher: { decoder: "up/4" } }] }).wants).toEqual({
    student: ["encoder/4", "decoder/4"],
    teacher: ["encoder/4", "up/4"],
  });
  expect(made("intra-class-variation", { taps: { teacher: "up/4" } }).wants).toEqual({ student: ["decoder/4"], teacher: ["up/4"] });
  expect(made("structured-knowledge", { adversarial: {} }).options).toMatchObject({ adversarial: { ...gan, rate: 4e-4 } });
  expect(made("cocod", { adversarial: { weight: 1 } }).options).toMatchObject({ adversarial: { ...gan, weight: 1, rate: 3e-5 } });
});

test.each([
  ["attention", { power: 0.5 }, ["power"], "Too small: expected number to be >=1"],
  ["attention", { weight: 1 }, [], 'Unrecognized key: "weight"'],
  ["fsp", { beta: 1 }, [], 'Unrecognized key: "beta"'],
  ["factor-transfer", { beta: 0 }, ["beta"], "Too small: expected number to be >0"],
  ["variational-information", { pairs: [] }, ["pairs"], "Too small: expected array to have >=1 items"],
  ["structured-knowledge", { kernel: 0 }, ["kernel"], "Too small: expected number to be >=1"],
  ["structured-knowledge", { adversarial: true }, ["adversarial"], "Invalid input"],
  ["intra-class-variation", { weights: 200 }, ["weights"], 'Invalid option: expected one of "ours"|"original"'],
  ["emkd", { temperature: 0 }, ["temperature"], "Too small: expected number to be >0"],
  ["cocod", { correlation: "sum" }, ["correlation"], 'Invalid option: expected one of "product"|"difference"'],
])("%s refuses %o", (name, said, path, message) => {
  const issues = (): unknown => {
    try {
      return made(name, said);
    } catch (error) {
      return (error as { issues: { path: unknown; message: string }[] }).issues.map((one) => ({ path: one.path, message: one.message }));
    }
  };
  expect(issues()).toEqual([{ path, message }]);
});
