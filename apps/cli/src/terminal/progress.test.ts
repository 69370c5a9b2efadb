import { expect, test } from "vitest";
import { duration } from "./duration.js";
import { progress } from "./progress.js";

const screen = (live: boolean) => {
  const written: string[] = [];
  const clock = { ms: 0 };
  return { written, clock, show: progress({ write: (text) => written.push(text), live, columns: 60, now: () => clock.ms }) };
};

test("a terminal sees one line that changes, at most ten times a second", () => {
  const { written, clock, show } = screen(true);
  show.step({ stage: "teacher", step: 1, steps: 100, loss: 0.69314 });
  clock.ms = 50;
  show.step({ stage: "teacher", step: 2, steps: 100, loss: 0.5 });
  clock.ms = 2000;
  show.step({ stage: "teacher", step: 5, steps: 100, loss: 0.25 });
  show.say("teacher done");
  expect(written).toEqual([
    "teacher  step 1/100  loss 0.6931",
    "\r\u001b[K",
    "teacher  step 5/100  loss 0.2500  2.0 steps/s  48 s left",
    "\r\u001b[K",
    "teacher done\n",
  ]);
});

test("elsewhere a line appears every ten seconds, at the start of a stage and at its end", () => {
  const { written, clock, show } = screen(false);
  for (const [ms, step] of [
    [0, 1],
    [9999, 2],
    [10_000, 3],
    [15_000, 4],
    [16_000, 6],
  ] as const) {
    clock.ms = ms;
    show.step({ stage: "baseline", step, steps: 6, loss: 1 });
  }
  show.close();
  expect(written).toEqual([
    "baseline  step 1/6  loss 1.000\n",
    "baseline  step 3/6  loss 1.000  0.2 steps/s  15 s left\n",
    "baseline  step 6/6  loss 1.000  0.3 steps/s  0 s left\n",
  ]);
});

test("times", () => {
  expect([8.4, 85, 7500].map(duration)).toEqual(["8 s", "1 min 25 s", "2 h 5 min"]);
});
