import { memoryStore } from "@segdistill/core";
import { expect, test } from "vitest";
import { progress } from "../terminal/progress.js";
import { shownStore } from "./shown-store.js";

test("a gate is a line that stays, with what to do where it says so; it is told to the store as it was", () => {
  const lines: string[] = [];
  const store = memoryStore();
  const shown = shownStore(store, progress({ write: (text) => lines.push(text), live: false }));
  const warning = "[dcgd/intra] over the first epoch its value was 0.4 % of that of supervised/ce. Expected 5 % to 50 %. Raise its weight.";
  const gates = [
    { event: "gate", gate: "dcgd/spread", value: 0.01234, passed: true },
    { event: "gate", gate: "dcgd/spread", value: 0.0001, passed: false },
    { event: "gate", gate: "dcgd/intra/share", value: 0.004, passed: false, warning },
  ] as const;
  for (const gate of gates) shown.tell("distillation", gate);
  expect(lines).toEqual([
    "distillation: gate dcgd/spread passed at 0.0123\n",
    "distillation: gate dcgd/spread not passed at 0.000100\n",
    `distillation: gate dcgd/intra/share not passed at 0.00400: ${warning}\n`,
  ]);
  expect(store.events).toEqual(gates.map((event) => ({ stage: "distillation", event })));
});
