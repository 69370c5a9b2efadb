import { expect, test, vi } from "vitest";

test("the example of generalisable distillation runs: gates of every stage, and a distance at the end", async () => {
  const said: (readonly unknown[])[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...words) => void said.push(words));
  await import("./gkd.js");
  log.mockRestore();
  const gates = said.slice(0, -1);
  expect([...new Set(gates.map(([stage]) => stage))]).toEqual(["psae", "psae-headers", "tan", "san", "distilled"]);
  for (const [, , value] of gates) expect(Number(value)).not.toBeNaN();
  const [reading, value] = said.at(-1)!;
  expect(reading).toBe("FSD_domain");
  expect(Number(value)).toBeGreaterThanOrEqual(0);
}, 180_000);
