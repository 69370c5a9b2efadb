import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { configure } from "../config/configure.js";
import { parseSource } from "../config/read.js";
import { resolveRun, splitOf } from "./resolve-run.js";
import { wiredRun } from "./wired-run.js";

await startEngine();

const base = {
  name: "semi",
  data: { train: { use: "phantoms", split: "train", count: 20, size: 64 }, test: { other: { use: "phantoms", split: "test", count: 20, size: 64 } } },
  prepare: [{ channel: "green" }, { scale: 255 }],
  sample: { patch: 32, perImage: 2, batch: 4 },
  teacher: { use: "u-net", width: 2, train: { steps: 3 } },
  student: { use: "u-net", width: 1 },
  distil: { steps: 3, methods: [{ use: "@segdistill/plugin-kd#supervised" }, { use: "@segdistill/plugin-kd#logits" }] },
}; // prettier-ignore
const resolved = (value: object) => {
  const source = parseSource(stringify(value), "c.yaml");
  return resolveRun(source, configure(source), []);
};
const labelled = { share: 0.4, seed: 1 };
const data = { ...base.data, labelled };
const sample = { ...base.sample, unlabelled: 1 };

test("a teacher of few labels is the same with and without unlabelled pictures; all else sees them", async () => {
  const [few, more] = [await resolved({ ...base, data }), await resolved({ ...base, data, sample })];
  const [one, other] = [await wiredRun(few), await wiredRun(more)];
  const of = ({ goals }: typeof one, name: string) => goals.find((goal) => goal.name === name)!.data;
  expect(of(other, "teacher").fingerprint).toBe(of(one, "teacher").fingerprint);
  for (const name of ["baseline", "distillation"]) expect(of(other, name).fingerprint).not.toBe(of(one, name).fingerprint);
  const seen = async (name: string) => {
    const batch = await of(other, name).epoch(0, 0)[Symbol.asyncIterator]().next();
    return [...(batch.value as { labelled: Uint8Array }).labelled];
  };
  expect([await seen("teacher"), await seen("baseline"), await seen("distillation")]).toEqual([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 0]]); // prettier-ignore
});

test("the resolved configuration draws the same pictures again, and names none of them twice", async () => {
  const run = await resolved({ ...base, data, sample });
  const all = splitOf((await resolved(base)).data) as { train: string[] };
  const split = splitOf(run.data) as { train: string[]; unlabelled: string[] };
  expect([all.train.length, split.train.length]).toEqual([12, 6]); // two pictures a group, so that 4.8 are 6
  expect([...split.train, ...split.unlabelled].sort()).toEqual([...all.train].sort());
  expect([run.config.data.labelled, run.config.data.unlabelled]).toEqual([labelled, undefined]);
  expect(splitOf((await resolved(run.config)).data)).toEqual(split);
});

test("unlabelled pictures are asked for, and all are labelled: refused", async () => {
  const run = await resolved({ ...base, data: { ...base.data, labelled: { share: 1 } }, sample });
  await expect(wiredRun(run)).rejects.toThrow(
    "[sample] unlabelled is 1, but no unlabelled pictures are given. Expected a data set under data.unlabelled. Add it, or take sample.unlabelled out.",
  );
});
