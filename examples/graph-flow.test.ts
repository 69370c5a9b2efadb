import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

test("the example of Graph Flow runs, and is short", async () => {
  const said: (readonly unknown[])[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...words) => void said.push(words));
  await import("./graph-flow.js");
  log.mockRestore();
  const steps = said.filter(([, second]) => typeof second === "number");
  expect([...new Set(steps.map(([name]) => name))]).toEqual(["teacher", "paraphrasers-encoder4-decoder4-2epochs", "distilled"]);
  const last = steps
    .at(-1)!
    .slice(2)
    .map((word) => (word as string).split(" "));
  expect(last.map(([term]) => term)).toEqual(["supervised/ce", ...["vertex", "edge", "adversarial", "logits", "discriminator"].map((term) => `graph-flow/${term}`)]); // prettier-ignore
  for (const [, raw] of last) expect(Number(raw)).not.toBeNaN();
  const dice = said
    .filter(([, second]) => second === "validation")
    .map(([name, , values]) => [name, (values as { dice: number }).dice] as const);
  expect(dice.map(([name]) => name)).toContain("distilled");
  for (const [, value] of dice) expect(value).toBeGreaterThanOrEqual(0);
  const code = readFileSync(new URL("graph-flow.ts", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("//"));
  expect(code.length).toBeLessThanOrEqual(40);
});
