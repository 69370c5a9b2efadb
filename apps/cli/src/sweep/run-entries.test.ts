import { EventEmitter } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Ending, Running } from "./launch.js";
import { prefixed } from "./launch.js";
import { runEntries } from "./run-entries.js";
import { howEnded, sharedThreads } from "./sweep.js";

/** Processes that end when they are told to; what happened, in order. */
const invented = () => {
  const told: string[] = [];
  const end = new Map<string, (ending: Ending) => void>();
  const begin = (name: string, alone: boolean): Running => {
    told.push(`${name} begins${alone ? " alone" : ""}`);
    return {
      ended: new Promise((resolve) => end.set(name, resolve)),
      kill: (signal) => {
        told.push(`${name} gets ${signal}`);
        end.get(name)!({ code: signal === "SIGINT" ? 130 : 75, signal: null });
      },
    };
  };
  const ends = async (name: string, code: number | null = 0): Promise<void> => {
    told.push(`${name} ends`);
    end.get(name)!({ code, signal: code === null ? "SIGKILL" : null });
    await setImmediate();
  };
  return { told, begin, ends };
};
const codes = (endings: ReadonlyMap<string, Ending>) => Object.fromEntries([...endings].map(([name, { code }]) => [name, code]));

test("the first goes alone, the others so many at once, and one that fails stops none", async () => {
  const { told, begin, ends } = invented();
  const signals = new EventEmitter();
  const all = runEntries(["a", "b", "c", "d"], 2, begin, signals);
  await ends("a", 2);
  await ends("c", null);
  await ends("b");
  await ends("d");
  const { endings, stopped } = await all;
  expect(told).toEqual(["a begins alone", "a ends", "b begins", "c begins", "c ends", "d begins", "b ends", "d ends"]);
  expect([codes(endings), stopped]).toEqual([{ a: 2, b: 0, c: null, d: 0 }, undefined]);
  expect(signals.listenerCount("SIGINT") + signals.listenerCount("SIGTERM")).toBe(0);
});

test("one at a time, each is alone", async () => {
  const { told, begin, ends } = invented();
  const all = runEntries(["a", "b", "c"], 1, begin, new EventEmitter());
  for (const name of ["a", "b", "c"]) await ends(name);
  await all;
  expect(told).toEqual(["a begins alone", "a ends", "b begins alone", "b ends", "c begins alone", "c ends"]);
});

test("Ctrl-C and SIGTERM are passed on, every time, and nothing is begun after", async () => {
  const { told, begin, ends } = invented();
  const signals = new EventEmitter();
  const all = runEntries(["a", "b", "c", "d"], 2, begin, signals);
  await ends("a");
  signals.emit("SIGINT");
  signals.emit("SIGINT");
  const { endings, stopped } = await all;
  expect(told.slice(2)).toEqual(["b begins", "c begins", "b gets SIGINT", "c gets SIGINT", "b gets SIGINT", "c gets SIGINT"]);
  expect([codes(endings), stopped]).toEqual([{ a: 0, b: 130, c: 130 }, 130]);
});

test("an entry that was stopped itself stops the others", async () => {
  const { told, begin, ends } = invented();
  const all = runEntries(["a", "b", "c", "d"], 2, begin, new EventEmitter());
  await ends("a");
  await ends("b", 75);
  const { endings, stopped } = await all;
  expect(told.slice(2)).toEqual(["b begins", "c begins", "b ends", "c gets SIGTERM"]);
  expect([codes(endings), stopped]).toEqual([{ a: 0, b: 75, c: 75 }, 75]);
});

test("threads are shared out, at least one each; lines get their entry's name; endings are said", () => {
  vi.stubEnv("SEGDISTILL_THREADS", undefined);
  expect([sharedThreads(3, "8"), sharedThreads(3, "2"), sharedThreads(2, undefined, 6)]).toEqual([2, 1, 3]);
  vi.unstubAllEnvs();
  expect(prefixed("one\n\ntwo\n", "a")).toBe("[a] one\n\n[a] two\n");
  expect(howEnded({ code: 3, signal: null })).toBe("exit code 3");
  expect(howEnded({ code: null, signal: "SIGKILL" })).toBe("ended by SIGKILL");
});
