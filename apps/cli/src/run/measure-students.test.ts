import { startEngine } from "@segdistill/backend";
import { namedVariables, scope, type StudentDescription } from "@segdistill/core";
import type { Case, Module } from "@segdistill/core/contract";
import { uNet } from "@segdistill/models";
import { dispose, memory } from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { measureModels, type Domains } from "./measure-models.js";
import { measureStudents, type NamedStudent } from "./measure-students.js";

beforeAll(async () => void (await startEngine()));

let reads: string[] = [];
beforeEach(() => void (reads = []));
const [height, width] = [16, 32];
const mask = { height, width, data: Uint8Array.from({ length: height * width }, (_, i) => i % 2) };
const pictureOf = (id: string): Case => ({
  ...{ id, group: id, domain: "own", spacingMm: null },
  image: () => {
    reads.push(id);
    return Promise.resolve({ ...mask, channels: 1 });
  },
  label: () => Promise.resolve(mask),
  fieldOfView: () => Promise.resolve(null),
  secondObserver: () => Promise.resolve(null),
});
const domains: Domains = { own: { cases: ["a", "b"].map(pictureOf) } };
const show = { say: () => undefined, doing: () => undefined, close: () => undefined } as never;
const spec = uNet({ width: 2, classes: 2 });
const student = (
  name: string,
  { prepare = [], overlap = 0.25 }: { prepare?: StudentDescription["prepare"]; overlap?: number } = {},
): NamedStudent => ({
  name,
  spec,
  student: {
    prepare,
    tile: { size: null, overlap },
    classes: ["background", "vessel"],
    inputChannels: 1,
  } as unknown as StudentDescription,
  build: () => {
    const network = spec.build(scope(name, spec.name, 1, new Map<string, Module>()));
    return { network, dispose: () => dispose([...namedVariables([network]).values()]) };
  },
});
const measuring = { precision: "float32", at: "native", metrics: ["dice"], show } as const;

test("every picture is read once for all students that want the same of it; results in the order of the students", async () => {
  const tensors = memory().numTensors;
  const others = [student("other", { prepare: [{ scale: 2 }] }), student("cut", { overlap: 0.5 })];
  const found = await measureStudents([student("teacher"), ...others, student("distilled")], domains, measuring);
  expect(reads).toEqual(["a", "b", "a", "b", "a", "b"]); // four students; two are prepared and cut in the same way
  expect(Object.keys(found)).toEqual(["teacher", "other", "cut", "distilled"]);
  for (const { domains: of, macsInput } of Object.values(found)) {
    expect(of["own"]!.cases.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(macsInput).toEqual([256, 256, 1]);
  }
  expect(memory().numTensors).toBe(tensors);
});

test("no picture is read for no network", async () => {
  const how = { prepare: {} as never, tile: { size: 8, overlap: 0 }, at: "native", metrics: ["dice"], classes: 2 } as const;
  expect(await measureModels([], domains, { how, show })).toEqual({});
  expect(reads).toEqual([]);
});
