import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isStage, isStep, isValidation, type EventLine, type EventLog, type NewEvent } from "@segdistill/core";
import { scalarsEvent, startEvent, versionEvent } from "./event.js";
import { record } from "./record.js";

/** The numbers of an event as TensorBoard shows them, by tag; none where it has none. Tags of one method form a group, those of validation another. */
export const scalarsOf = (event: NewEvent): Readonly<Record<string, number>> => {
  const line = event as EventLine;
  if (isStep(line)) {
    const terms = Object.entries(line.terms);
    return {
      loss: terms.reduce((sum, [, { raw, weight }]) => sum + raw * weight, 0),
      ...Object.fromEntries(
        terms.flatMap(([name, { raw, weight }]) => [[`${name}/raw`, raw] as const, [`${name}/weight`, weight] as const]),
      ),
      rate: line.rate,
    };
  }
  if (!isValidation(line)) return {};
  return Object.fromEntries(
    Object.entries(line.validation).flatMap(([name, value]) => (value === null ? [] : [[`validation/${name}`, value]])),
  );
};

/** A file in which records wait to be written. */
interface BoardFile {
  readonly handle: number;
  waiting: Buffer[];
}
const gatherMs = 1000;

/**
 * The events of a run, written as well as TensorBoard's event files: `<folder>/<stage>/events.out.tfevents.…`, so that every stage is a run there, all on one axis
 * of steps. A stage that goes on or starts anew gets another file that says from which step on the earlier ones do not count (as `purge_step` of other writers
 * does). TensorBoard's files are for looking at: where one cannot be written, `warn` is told once and the run goes on.
 *
 * @param now milliseconds since 1970
 * interfaces.md 5; tags are our choice.
 */
export const withTensorBoard = (log: EventLog, folder: string, warn: (text: string) => void, now: () => number = Date.now): EventLog => {
  const files = new Map<string, BoardFile>();
  let given = false;
  let last = 0;
  let drained = now();
  const attempt = (act: () => void, always = false): void => {
    if (given && !always) return;
    try {
      act();
    } catch (e) {
      if (given) return;
      given = true;
      warn(
        `[tensorboard] nothing more is written to "${folder}": ${e instanceof Error ? e.message : String(e)}. The run goes on; its numbers are in events.jsonl.`,
      );
    }
  };
  const drain = (): void => {
    drained = now();
    for (const file of files.values()) {
      const piece = Buffer.concat(file.waiting);
      file.waiting = [];
      for (let done = 0; done < piece.length; ) done += writeSync(file.handle, piece, done);
    }
  };
  const open = (stage: string, step: number): BoardFile => {
    drain();
    const before = files.get(stage);
    files.delete(stage); // closed once: the number of a closed handle may soon be another file's
    if (before) closeSync(before.handle);
    const inside = join(folder, safe(stage));
    mkdirSync(inside, { recursive: true });
    last = Math.max(last + 1, now()); // names sort by time: TensorBoard reads them in that order
    const name = `events.out.tfevents.${String(Math.floor(last / 1000)).padStart(10, "0")}.${String(last % 1000).padStart(3, "0")}.segdistill`;
    const when = { seconds: last / 1000, step };
    const file = { handle: openSync(join(inside, name), "ax"), waiting: [record(versionEvent(when)), record(startEvent(when))] };
    files.set(stage, file);
    return file;
  };
  const keep = (event: NewEvent): void => {
    const line = event as EventLine;
    if (isStage(line)) {
      if (line.event === "started" || line.event === "resumed") open(line.stage, typeof line["step"] === "number" ? line["step"] : 0);
      return;
    }
    const scalars = scalarsOf(event);
    if (Object.keys(scalars).length === 0) return;
    const file = files.get(line.stage) ?? open(line.stage, line.step ?? 0);
    file.waiting.push(record(scalarsEvent({ seconds: now() / 1000, step: line.step ?? 0 }, scalars)));
    if (now() - drained >= gatherMs) drain();
  };
  return {
    ...log,
    append: (event) => {
      log.append(event);
      attempt(() => keep(event));
    },
    flush: () => {
      log.flush();
      attempt(drain);
    },
    close: () => {
      try {
        log.close();
      } finally {
        attempt(drain);
        for (const [stage, { handle }] of files) {
          files.delete(stage);
          attempt(() => closeSync(handle), true);
        }
      }
    },
  };
};

/** A stage's name as a folder's: letters, digits, "-", "_" and inner dots stay. */
const safe = (name: string): string =>
  encodeURIComponent(name).replace(/[!'()*~]|^\./g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
