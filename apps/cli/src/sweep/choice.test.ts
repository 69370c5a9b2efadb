import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { noneToChoose } from "./errors.js";
import { bestOf, readChoice, writeChoice } from "./choice.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-choice-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the highest score is chosen, the first of equal ones; what is no number never", () => {
  expect(bestOf([0.5, 0.75, 0.625])).toBe(1);
  expect(bestOf([0.5, 0.75, 0.75])).toBe(1);
  expect(bestOf([0.75, 0.75])).toBe(0);
  expect(bestOf([null, NaN, 0, Infinity])).toBe(2);
  expect(bestOf([null, 0.25, NaN, 0.125])).toBe(1);
  expect([bestOf([]), bestOf([null, NaN])]).toEqual([null, null]);
});

test("where none has a score the reasons are told", () => {
  const error = noneToChoose("at", ["no pixel", "a loss was NaN"]);
  expect([error.code, error.exit, error.message]).toEqual([
    "sweep/none-to-choose",
    3,
    "[at] none of the 2 tries has a score on data.validation: try 1: no pixel; try 2: a loss was NaN. Expected one at least. Give the entry other values to choose among.",
  ]);
});

test("a choice is read as it was written; a damaged one, one of another form and a link are none", async () => {
  const tries = [{ set: { "distil.steps": 1 }, key: "k", dice: 0.5 }, { set: { a: [1, { b: null }] }, key: "l", dice: null, reason: "none" }]; // prettier-ignore
  expect(readChoice(folder)).toBe(null);
  await writeChoice(folder, { seed: 3, tries, chosen: 1 });
  const whole = {
    schema: 1,
    measured: "pooled Dice of the student on data.validation at the end of its training",
    seed: 3,
    tries,
    chosen: 1,
  };
  const file = join(folder, "choice.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(whole);
  expect(readChoice(folder)).toEqual(whole);
  const linked = join(folder, "linked");
  mkdirSync(linked);
  symlinkSync(file, join(linked, "choice.json"));
  expect(readChoice(linked)).toBe(null);
  for (const text of ["{", "[]", JSON.stringify({ ...whole, chosen: 0 }), JSON.stringify({ ...whole, schema: 2 })]) {
    writeFileSync(file, text);
    expect(readChoice(folder)).toBe(null);
  }
});
