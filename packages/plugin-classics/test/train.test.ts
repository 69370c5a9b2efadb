import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), "utf8");

test("the README's script is this folder's train.ts, and it learns", async () => {
  expect(await read("../README.md")).toContain("```ts\n" + (await read("train.ts")) + "```\n");
  const { store } = await import("./train.js");
  const value = (step: number, term: string): number =>
    store.steps.find(({ stage, record }) => stage === "distilled" && record.step === step)!.record.terms[term]!.raw;
  expect(store.steps.length).toBe(60);
  for (const term of ["supervised/ce", "attention/maps", "fsp/flow"]) expect(value(19, term)).toBeLessThan(value(0, term) / 2);
});
