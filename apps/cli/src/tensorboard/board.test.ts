import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEventLog, readEvents, type NewEvent } from "@segdistill/core";
import { afterEach, describe, expect, test } from "vitest";
import { scalarsOf, withTensorBoard } from "./board.js";
import { crc32c } from "./record.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-board-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Fixture {
  /** As TensorBoard's own writer and protocol buffers made them, base64. */
  readonly files: Readonly<Record<string, string>>;
  /** As TensorBoard's reader found them: step, seconds, value by tag. */
  readonly scalars: Readonly<Record<string, readonly (readonly [number, number, number])[]>>;
}
const fixture = JSON.parse(readFileSync(new URL("../../fixtures/event-files.json", import.meta.url), "utf8")) as Fixture;

/** A run's log in the folder, with a clock that the test sets. */
const logged = (clock: { ms: number }, warn: (text: string) => void = () => undefined) =>
  withTensorBoard(openEventLog(join(folder, "events.jsonl")), join(folder, "tensorboard"), warn, () => clock.ms);
const step = (at: number, ce: number, kl: number, weight: number, rate: number): NewEvent => ({
  stage: "distillation",
  step: at,
  epoch: 0,
  terms: { "supervised/ce": { raw: ce, weight: 1 }, "logits/kl": { raw: kl, weight } },
  rate,
  ms: 5,
});
const told = (event: "started" | "resumed", at: number): NewEvent => ({ stage: "distillation", event, step: at, steps: 400 });

describe("a run that was stopped and goes on", () => {
  const write = (): void => {
    const clock = { ms: 1_700_000_000_000 };
    const append = (log: ReturnType<typeof logged>, ...events: readonly NewEvent[]): void => {
      for (const event of events) {
        log.append(event);
        clock.ms += 1000;
      }
    };
    const first = logged(clock);
    append(first, told("started", 0), step(0, 0.75, 2.5, 0, 1e-3), step(1, 0.5, 2.25, 0.5, 5e-4), step(2, 0.25, 2, 1, 2.5e-4));
    first.close();
    const second = logged(clock);
    append(second, told("resumed", 2), step(2, 0.375, 2.125, 1, 2.5e-4), step(300, 0.125, 1, 1, 0));
    second.append({ stage: "distillation", step: 301, validation: { dice: 0.8125, hd95Mm: null } });
    second.close();
  };

  test("its files are byte for byte what TensorBoard's own writer makes of the same events", () => {
    write();
    const inside = join(folder, "tensorboard", "distillation");
    const found = Object.fromEntries(readdirSync(inside).map((name) => [name, readFileSync(join(inside, name)).toString("base64")]));
    expect(found).toEqual(fixture.files);
    expect(readEvents(join(folder, "events.jsonl")).length).toBe(8);
  });

  test("TensorBoard's reader finds every step once, and of step 2 the later one", () => {
    expect(fixture.scalars["logits/kl/raw"]).toEqual([
      [0, 1_700_000_001, 2.5],
      [1, 1_700_000_002, 2.25],
      [2, 1_700_000_005, 2.125],
      [300, 1_700_000_006, 1],
    ]);
    expect(fixture.scalars["validation/dice"]).toEqual([[301, 1_700_000_007, 0.8125]]);
    expect(Object.keys(fixture.scalars)).toEqual([
      ...["logits/kl/raw", "logits/kl/weight", "loss", "rate", "supervised/ce/raw", "supervised/ce/weight", "validation/dice"],
    ]);
  });
});

test("the numbers of a line, by hand; what could not be computed is left out", () => {
  expect(scalarsOf(step(4, 0.5, 3, 0.25, 0.1))).toEqual({
    loss: 1.25,
    "supervised/ce/raw": 0.5,
    "supervised/ce/weight": 1,
    "logits/kl/raw": 3,
    "logits/kl/weight": 0.25,
    rate: 0.1,
  });
  expect(scalarsOf({ stage: "a", validation: { dice: 0.5, iou: null } })).toEqual({ "validation/dice": 0.5 });
  expect(scalarsOf({ stage: "a", event: "finished" })).toEqual({});
});

test("a stage's name never leaves the folder, and two files of one millisecond have two names", () => {
  const clock = { ms: 1_700_000_000_005 };
  const log = logged(clock);
  for (const stage of ["../../up", ".hidden", "../../up"]) log.append({ stage, event: "started", step: 0, steps: 1 });
  log.close();
  expect(readdirSync(join(folder, "tensorboard")).sort()).toEqual(["%2E.%2F..%2Fup", "%2Ehidden"]);
  expect(readdirSync(join(folder, "tensorboard", "%2E.%2F..%2Fup"))).toEqual([
    "events.out.tfevents.1700000000.005.segdistill",
    "events.out.tfevents.1700000000.007.segdistill",
  ]);
});

test("where nothing can be written the run is told once and goes on", () => {
  const said: string[] = [];
  const log = logged({ ms: 5 }, (text) => said.push(text));
  writeFileSync(join(folder, "tensorboard"), "a file stands in the way");
  log.append(told("started", 0));
  log.append(step(0, 1, 1, 1, 1));
  log.close();
  expect(said.map((text) => text.replaceAll(folder, "FOLDER").replace(/: E\w+: .*?\. The/, ": WHY. The"))).toEqual([
    '[tensorboard] nothing more is written to "FOLDER/tensorboard": WHY. The run goes on; its numbers are in events.jsonl.',
  ]);
  expect(existsSync(join(folder, "events.jsonl"))).toBe(true);
  expect(readEvents(join(folder, "events.jsonl")).length).toBe(2);
});

test("a stage that goes on where its file cannot be made closes its earlier one once, and no file of somebody else's", () => {
  const said: string[] = [];
  const log = logged({ ms: 1_700_000_000_000 }, (text) => said.push(text));
  log.append(told("started", 0));
  const inside = join(folder, "tensorboard", "distillation");
  rmSync(inside, { recursive: true });
  writeFileSync(inside, "a file stands in the way");
  log.append(told("resumed", 2));
  const other = openSync(join(folder, "other"), "w"); // has the lowest free number: that of the board's closed file
  expect(() => log.close()).not.toThrow();
  expect(fstatSync(other).isFile()).toBe(true);
  closeSync(other);
  expect(said.map((text) => text.replaceAll(folder, "FOLDER"))).toEqual([
    `[tensorboard] nothing more is written to "FOLDER/tensorboard": EEXIST: file already exists, mkdir 'FOLDER/tensorboard/distillation'. The run goes on; its numbers are in events.jsonl.`,
  ]);
  expect(readEvents(join(folder, "events.jsonl")).length).toBe(2);
});

test("CRC-32C of RFC 3720's examples", () => {
  const of = (value: (i: number) => number): string => crc32c(Uint8Array.from({ length: 32 }, (_, i) => value(i))).toString(16);
  expect([of(() => 0), of(() => 255), of((i) => i), of((i) => 31 - i)]).toEqual(["8a9136aa", "62a8ab43", "46dd794e", "113fdb5c"]);
});
