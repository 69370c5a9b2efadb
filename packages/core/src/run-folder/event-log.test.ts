import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventsOfStage, openEventLog, readEvents } from "./event-log.js";
import type { NewEvent } from "./events.js";
import { temporaryFolder } from "../testing/temporary.js";

const file = (): string => join(temporaryFolder(), "run", "events.jsonl");
const step = (n: number, stage = "teacher"): NewEvent => ({
  stage,
  step: n,
  epoch: 0,
  terms: { "supervised/loss": { raw: 0.5 + n, weight: 1 } },
  rate: 3e-4,
  ms: 12.5,
});
const noon = Date.UTC(2026, 0, 2, 12);

test("one object a line, in order, with its time", () => {
  const path = file();
  const log = openEventLog(path, () => noon);
  log.append({ stage: "teacher", event: "started", steps: 3 });
  log.append(step(1));
  log.append({ stage: "teacher", validation: { dice: null }, reasons: { dice: "no foreground" } });
  log.append({ stage: "teacher", event: "gate", gate: "dice", value: 0.75, passed: true });
  expect(readFileSync(path, "utf8")).toBe(""); // gathered
  log.close();
  log.close();
  expect(readFileSync(path, "utf8")).toBe(
    `{"t":"2026-01-02T12:00:00.000Z","stage":"teacher","event":"started","steps":3}
{"t":"2026-01-02T12:00:00.000Z","stage":"teacher","step":1,"epoch":0,"terms":{"supervised/loss":{"raw":1.5,"weight":1}},"rate":0.0003,"ms":12.5}
{"t":"2026-01-02T12:00:00.000Z","stage":"teacher","validation":{"dice":null},"reasons":{"dice":"no foreground"}}
{"t":"2026-01-02T12:00:00.000Z","stage":"teacher","event":"gate","gate":"dice","value":0.75,"passed":true}
`,
  );
  expect(readEvents(path).map((event) => Object.keys(event)[2])).toEqual(["event", "step", "validation", "event"]);
  expect(readEvents(`${path}.none`)).toEqual([]);
});

test("lines are written after a second, or 64 KiB, or a flush", () => {
  const path = file();
  let now = noon;
  const log = openEventLog(path, () => now);
  log.append(step(1));
  expect(readEvents(path)).toHaveLength(0);
  now += 1000;
  log.append(step(2));
  expect(readEvents(path)).toHaveLength(2);
  log.append(step(3));
  expect(readEvents(path)).toHaveLength(2);
  expect(log.offset()).toBe(Math.round(readFileSync(path).length * 1.5));
  log.flush();
  expect(readEvents(path)).toHaveLength(3);
  expect(log.offset()).toBe(readFileSync(path).length);
  for (let n = 0; n < 1000; n++) log.append(step(n));
  expect(readEvents(path).length).toBeGreaterThan(400);
  log.close();
  expect(readEvents(path)).toHaveLength(1003);
});

test("opening drops a torn last line, however long; cutBack goes to the checkpoint's byte", () => {
  const path = file();
  const log = openEventLog(path);
  for (const n of [1, 2]) log.append(step(n));
  const offset = log.offset();
  log.append(step(3));
  log.close();
  const whole = readFileSync(path, "utf8");
  appendFileSync(path, `{"t":"${"x".repeat(10000)}`);
  expect(readEvents(path)).toHaveLength(3); // a reader leaves it out
  const again = openEventLog(path);
  expect(readFileSync(path, "utf8")).toBe(whole);
  again.append(step(4)); // not yet written, and cut as well
  expect(again.cutBack(offset)).toBe(null);
  again.append(step(5));
  again.close();
  expect(readEvents(path).map((event) => event["step" as keyof typeof event])).toEqual([1, 2, 5]);
  writeFileSync(path, "torn");
  openEventLog(path).close();
  expect(readFileSync(path, "utf8")).toBe("");
});

test("a file changed from outside is told of, training goes on", () => {
  const path = file();
  const log = openEventLog(path);
  for (const n of [1, 2]) log.append(step(n));
  log.flush();
  const size = log.offset();
  expect(log.cutBack(size + 1)).toBe(
    `[events] "${path}" has ${size} bytes, but the checkpoint was saved at byte ${size + 1}. Some events of the past are lost; training itself is not touched.`,
  );
  expect(log.cutBack(size - 3)).toBe(
    `[events] byte ${size - 3} of "${path}" is not the start of a line: the file was changed from outside. It was cut back to byte ${size / 2}; training itself is not touched.`,
  );
  log.close();
  expect(readEvents(path)).toHaveLength(1);
});

test("a stage that starts anew takes away its last lines only", () => {
  const path = file();
  const log = openEventLog(path);
  log.append(step(1, "a"));
  log.append(step(1, "b"));
  log.append(step(2, "a"));
  log.append({ stage: "b", event: "started" });
  log.append(step(1, "b"));
  log.append({ stage: "a", event: "reused" });
  log.append(step(2, "b"));
  log.cutStage("a"); // stands behind lines of b: stays
  log.append({ stage: "a", event: "reused" });
  log.cutStage("b");
  log.close();
  expect(readEvents(path).map(({ stage }) => stage)).toEqual(["a", "b", "a"]);
});

test("the events of a stage as it stands are those since its last start", () => {
  const path = file();
  const log = openEventLog(path);
  for (const n of [1, 2]) {
    log.append({ stage: "a", event: "started" });
    log.append(step(n, "b"));
    log.append(step(n, "a"));
  }
  log.close();
  expect(eventsOfStage(readEvents(path), "a").map((event) => ("step" in event ? event.step : "started"))).toEqual(["started", 2]);
  expect(eventsOfStage(readEvents(path), "b")).toHaveLength(2);
});

test.each([
  ["{]", "it is not JSON"],
  ["[]", "it is not an object"],
  ['{"stage":"a","event":"started"}', "it has no time or no stage"],
  ['{"t":"x","stage":"a","event":"exploded"}', "it has neither terms nor validation nor a known event"],
])("a line that is no event: %s", (line, why) => {
  const path = join(temporaryFolder(), "e.jsonl");
  writeFileSync(path, `{"t":"x","stage":"a","event":"started"}\n${line}\n`);
  expect(() => readEvents(path)).toThrow(
    `[events] line 2 of "${path}" is not an event: ${why}. Expected one JSON object a line. Take the line out, or restore the file.`,
  );
});

test("NaN never reaches the file", () => {
  const path = file();
  const log = openEventLog(path);
  expect(() => log.append({ ...step(1), rate: NaN } as NewEvent)).toThrow(
    "internal: an event has NaN at rate; expected a finite number, or null with a reason beside it.",
  );
  log.close();
  expect(readFileSync(path, "utf8")).toBe("");
});
