import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { from, frozen, learns, stage } from "../stages.js";
import type { Stage } from "../contract/index.js";
import { memoryStore } from "../store.js";
import { train } from "../train.js";
import { withEarlier } from "./earlier-stages.js";
import { cases, fit, fitting, line } from "./small.js";
import { sgd } from "../optimisers/sgd.js";

await startEngine();

test("runs that share what comes before train it once, and the last stage each; each is told of all", async () => {
  const before = fitting();
  const last = stage({
    name: "last",
    nets: { student: learns(line()), teacher: frozen(from(before, "student")) },
    methods: [fit()],
    data: cases(),
    steps: 5,
    optimiser: sgd({ rate: 0.1 }),
  } as never) as unknown as Stage;
  const earlier = memoryStore();
  const told = async (): Promise<readonly string[]> => {
    const own = memoryStore();
    (await train([before, last], { seed: 1, store: withEarlier("last", own, earlier) })).dispose();
    return own.events.map(({ stage: name, event }) => `${name} ${event.event}`);
  };
  expect(await told()).toEqual(["fitting started", "fitting finished", "last started", "last finished"]);
  expect(await told()).toEqual(["fitting reused", "last started", "last finished"]);
  expect(earlier.events).toEqual([]);
});
