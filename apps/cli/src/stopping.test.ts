import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { stopping } from "./stopping.js";

const process = () => {
  const clock = { now: 0 };
  const events = new EventEmitter();
  const exits: number[] = [];
  const said: string[] = [];
  const signals = { on: events.on.bind(events), off: events.off.bind(events), exit: (code: number) => exits.push(code) };
  return {
    events,
    exits,
    said,
    clock,
    stop: stopping(
      (line) => said.push(line),
      signals,
      () => clock.now,
    ),
  };
};

test("Ctrl-C once asks the run to stop, twice ends the process; what npm passes on at once is not a second one", () => {
  const { events, exits, said, clock, stop } = process();
  events.emit("SIGINT");
  clock.now = 40;
  events.emit("SIGINT");
  expect([stop.signal.aborted, stop.code(), exits]).toEqual([true, 130, []]);
  clock.now = 900;
  events.emit("SIGINT");
  expect(exits).toEqual([130]);
  expect(said).toEqual(["stopping after this step; a checkpoint is written (Ctrl-C again ends at once)"]);
});

test("SIGTERM asks too, with the code of a run that can be resumed; nothing listens afterwards", () => {
  const { events, exits, said, stop } = process();
  events.emit("SIGTERM");
  events.emit("SIGTERM");
  expect([stop.signal.aborted, stop.code(), exits, said]).toEqual([true, 75, [], ["asked to stop; a checkpoint is written"]]);
  stop.close();
  expect([events.listenerCount("SIGINT"), events.listenerCount("SIGTERM")]).toEqual([0, 0]);
});

test("of all errors only those of stopping are the stop's, and only once it was asked for", () => {
  const { events, stop } = process();
  const interrupted = Object.assign(new Error("stopped"), { name: "SegDistillError", code: "core/interrupted", exit: 130 });
  const aborted = Object.assign(new Error("aborted"), { name: "AbortError" });
  expect([interrupted, aborted].map(stop.codeOf)).toEqual([undefined, undefined]);
  events.emit("SIGTERM");
  const wrong = Object.assign(new Error("wrong"), { name: "SegDistillError", code: "config/x", exit: 2 });
  expect([interrupted, aborted, wrong, new Error("other")].map(stop.codeOf)).toEqual([75, 75, undefined, undefined]);
});
