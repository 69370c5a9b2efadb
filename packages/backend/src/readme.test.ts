import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newChildren, type Children } from "./testing/child.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);

let children: Children;
beforeAll(async () => {
  children = await newChildren();
});
afterAll(() => children.remove());

test("the README has its four examples", () => expect(examples.length).toBe(4));

test.each(examples.map((code, i) => [i + 1, code] as const))("example %d runs and prints what its comments say", async (_, code) => {
  const { code: exit, stdout, stderr } = await children.run(code.replace(/"@segdistill\/backend(\/ops)?"/g, '"./backend.mjs"'));
  expect(exit, stderr).toBe(0);
  const printed = stdout.trim().split("\n");
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ ([\d.]+|tensorflow)$/gm)].map(([, text]) => text!);
  expect(promised.length).toBeGreaterThan(0);
  for (const text of promised) expect(printed).toContain(text);
});
