import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseSource } from "../config/read.js";
import { overlay } from "../config/set.js";
import { sweepOf } from "../sweep/entries.js";
import { refuseOutside } from "./own-weights.js";

const top = realpathSync(mkdtempSync(join(tmpdir(), "segdistill-weights-")));
afterAll(() => rmSync(top, { recursive: true }));
const project = join(top, "project");
mkdirSync(join(project, "configs"), { recursive: true });
writeFileSync(join(project, "package.json"), "{}");
for (const file of ["outside.safetensors", "project/inside.safetensors"]) writeFileSync(join(top, file), "");
symlinkSync(join(top, "outside.safetensors"), join(project, "link.safetensors"));
symlinkSync("inside.safetensors", join(project, "inner.safetensors"));

type Weights = Parameters<typeof refuseOutside>[1];
const refuse = (weights: Weights, sets: readonly string[] = [], file = "c.yaml"): void => {
  const source = overlay(parseSource(`teacher: { weights: ${JSON.stringify(weights)} }`, file), sets);
  refuseOutside(source, (source.value["teacher"] as { readonly weights: Weights }).weights, join(project, "configs"));
};
const message = (asked: string, at = "c.yaml:1:12"): string =>
  `[${at}] teacher.weights names "${asked}", which lies outside of ${project}. Expected a file in the project (the folder of the nearest package.json, else that of the configuration). Copy it there, or give the path yourself: --set teacher.weights=PATH`;

test("weights in the project are taken, through links inside of it too, whether they are there or not", () => {
  for (const path of ["../inside.safetensors", "../inner.safetensors", "not-yet.safetensors", join(project, "inside.safetensors")])
    expect(() => refuse(path)).not.toThrow();
  expect(() => refuse({ file: "../inside.safetensors", names: "names.yaml" })).not.toThrow();
});

test("paths that leave it are refused, absolute, upwards or by a link, for the name map as well", () => {
  for (const path of ["../../outside.safetensors", "../../missing", "/etc/passwd", "../link.safetensors"])
    expect(() => refuse(path)).toThrow(message(path));
  expect(() => refuse({ file: "../inside.safetensors", names: "/etc/passwd" })).toThrow(message("/etc/passwd"));
});

test("what the user gives on the command line may lie anywhere", () => {
  expect(() => refuse("a.safetensors", ["teacher.weights=/etc/passwd"])).not.toThrow();
  expect(() => refuse("/etc/passwd", ["teacher.width=3"])).toThrow(message("/etc/passwd"));
});

test("a file's name does not make its paths the user's, and of two files only the one that was given may lie anywhere", () => {
  expect(() => refuse("/etc/passwd", [], "--set c.yaml")).toThrow(message("/etc/passwd", "--set c.yaml:1:12"));
  const both = { file: "/etc/passwd", names: "/etc/hosts" };
  expect(() => refuse(both, ["teacher.weights.file=/etc/passwd"])).toThrow(message("/etc/hosts"));
  expect(() => refuse(both, ["teacher.weights.file=/etc/passwd", "teacher.weights.names=/etc/hosts"])).not.toThrow();
});

test("an entry of a sweep that lays its own path over the user's is the file's", () => {
  const [plain, entry] = sweepOf(
    overlay(parseSource('teacher: {}\nsweep: [{ set: { "teacher.weights": /etc/passwd } }]', "c.yaml"), ["teacher.weights=/elsewhere"]),
  )!;
  expect(() => refuseOutside(plain!.source, "/elsewhere", project)).not.toThrow();
  expect(() => refuseOutside(entry!.source, "/etc/passwd", project)).toThrow(message("/etc/passwd", "c.yaml:2:18"));
});
