import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readStudent, readStudentDescription, writeStudent, type StudentDescription } from "./student.js";
import { temporaryFolder } from "../testing/temporary.js";

const student: Omit<StudentDescription, "schema" | "weights"> = {
  network: { use: "mobile-u-net", name: "mobile-u-net", options: { width: 1 } },
  taps: { "encoder/2": { stride: 4, channels: 24 } },
  inputChannels: 1,
  classes: ["background", "vessel"],
  prepare: [{ channel: "green" }, { scale: 255 }],
  tile: { size: 256, overlap: 0.25 },
  provenance: {
    config: "a".repeat(64),
    seed: 0,
    data: { train: "f1" },
    versions: { "@segdistill/core": "0.0.0" },
    scores: { chase: { dice: 0.8, hd95Mm: null } },
  },
};
const tensors = new Map([["encoder/1/conv/kernel", { shape: [3, 1, 1, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }]]);
const missing = "Expected a folder with student.json and weights.safetensors, such as runs/quickstart/students/distilled.";
const damaged = "Copy the whole folder again, or write it anew by running its configuration again.";
const written = async (): Promise<string> => {
  const folder = join(temporaryFolder(), "distilled");
  await writeStudent(folder, student, tensors);
  return folder;
};

test("written and read back: two files", async () => {
  const folder = await written();
  expect(readdirSync(folder).sort()).toEqual(["student.json", "weights.safetensors"]);
  const read = await readStudent(folder);
  expect(read.tensors).toEqual(tensors);
  expect(read.student).toEqual({ schema: 1, ...student, weights: read.student.weights });
  expect(await readStudentDescription(folder)).toEqual(read.student);
});

test("equal students are equal bytes", async () => {
  const [one, other] = [await written(), await written()];
  for (const name of readdirSync(one)) expect(readFileSync(join(one, name))).toEqual(readFileSync(join(other, name)));
});

test("missing parts", async () => {
  const folder = await written();
  const [json, weights] = [join(folder, "student.json"), join(folder, "weights.safetensors")];
  rmSync(weights);
  await expect(readStudent(folder)).rejects.toMatchObject({
    code: "student/missing",
    exit: 2,
    message: `[student] "${weights}" does not exist. ${missing}`,
  });
  rmSync(json);
  await expect(readStudent(folder)).rejects.toMatchObject({ message: `[student] "${json}" does not exist. ${missing}` });
});

test("damaged parts", async () => {
  const folder = await written();
  const [json, weights] = [join(folder, "student.json"), join(folder, "weights.safetensors")];
  const { weights: expected } = JSON.parse(readFileSync(json, "utf8")) as StudentDescription;
  writeFileSync(weights, "abc");
  await expect(readStudent(folder)).rejects.toMatchObject({
    message: `[student] "${weights}" has SHA-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, student.json says ${expected}. The weights are damaged or belong to another student. Copy the whole folder again.`,
  });
  writeFileSync(json, JSON.stringify({ schema: 1, ...student, classes: ["all"], tile: { size: 256, overlap: 1 }, weights: expected }));
  await expect(readStudent(folder)).rejects.toMatchObject({
    message: `[student] "${json}" does not hold to its schema: classes: Too small: expected array to have >=2 items, found ["all"]; tile.overlap: Too big: expected number to be <=0.9, found 1. ${damaged}`,
  });
  writeFileSync(json, JSON.stringify({ schema: 7 }));
  await expect(readStudent(folder)).rejects.toMatchObject({
    message: `[student] "${json}" has schema 7, this version reads schema 1. Open it with the version of segdistill that wrote it.`,
  });
  writeFileSync(json, "{");
  await expect(readStudent(folder)).rejects.toMatchObject({
    message: `[student] "${json}" is not JSON: it is damaged or was cut off. ${damaged}`,
  });
});

test("what is no student is not written", async () => {
  const folder = join(temporaryFolder(), "x");
  await expect(writeStudent(folder, { ...student, inputChannels: 0 }, tensors)).rejects.toMatchObject({
    message: `[student] "${join(folder, "student.json")}" does not hold to its schema: inputChannels: Too small: expected number to be >=1, found 0. ${damaged}`,
  });
  expect(() => readdirSync(folder)).toThrow("ENOENT");
});
