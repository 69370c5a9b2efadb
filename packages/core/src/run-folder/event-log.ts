import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { badEventLine, codeOf, eventNotFinite, eventsNoLineText, eventsShorterText, writeError } from "./errors.js";
import { eventProblem } from "./event-problem.js";
import { parseForeignJson, readForeign } from "./foreign-file.js";
import { isStage, type EventLine, type NewEvent } from "./events.js";

/** The events of a run, appended one line each. One process at a time may have it open. */
export interface EventLog {
  /** Adds a line with the time of now. Kept in memory until 64 KiB or a second have gathered. Throws (internal) where a number is not finite; file/…. */
  readonly append: (event: NewEvent) => void;
  /** Everything appended so far is on the disk, also over a power cut. */
  readonly flush: () => void;
  /** Length in bytes of all that was appended. Flush before a checkpoint keeps it. */
  readonly offset: () => number;
  /** Takes away what lies behind a checkpoint's offset. Answers with a warning where the file was changed from outside; null if all is well. */
  readonly cutBack: (offset: number) => string | null;
  /** Takes away the lines of a stage that starts anew, where they are the last ones: those of a process that was killed before its first checkpoint. */
  readonly cutStage: (stage: string) => void;
  /** Flushes and closes; more than once is allowed. */
  readonly close: () => void;
}

const newline = 10;
const gatherBytes = 1 << 16;
const gatherMs = 1000;
/** Of a file that is read whole: a million steps. [ours] */
const mostBytes = 1 << 29;

/** Length of a file's whole lines: a line without its end was torn by a kill. */
const wholeLines = (handle: number, size: number): number => {
  const piece = Buffer.alloc(4096);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - piece.length);
    const read = readSync(handle, piece, 0, end - start, start);
    const last = piece.subarray(0, read).lastIndexOf(newline);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
};

const lineOf = (event: NewEvent, t: string): string =>
  `${JSON.stringify({ t, ...event }, (key, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) throw eventNotFinite(key, String(value));
    return value;
  })}\n`;

/**
 * Opens the events of a run for appending; makes the file, and drops a last line that was torn by a kill.
 * Lines are written whole and in order, so after a kill the file holds all lines up to some point; with `flush` before and `cutBack` after, those of a
 * checkpoint are exactly there. Written without waiting: a line costs a few microseconds, and a signal's handler may flush.
 *
 * @param now the clock, in milliseconds since 1970
 * Throws file/…. Source: interfaces.md 5.
 *
 * @example
 * const log = openEventLog("runs/a/events.jsonl");
 * log.append({ stage: "teacher", event: "started" });
 */
export function openEventLog(path: string, now: () => number = Date.now): EventLog {
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw writeError(path, error);
    }
  };
  const handle = attempt(() => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "a+");
  });
  let written = attempt(() => {
    const { size } = fstatSync(handle);
    const whole = wholeLines(handle, size);
    if (whole < size) ftruncateSync(handle, whole);
    return whole;
  });
  let waiting: Buffer[] = [];
  let bytes = 0;
  let drained = now();
  let open = true;

  const drain = (): void => {
    drained = now();
    if (bytes === 0) return;
    const piece = Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
    attempt(() => {
      let at = 0;
      try {
        while (at < piece.length) at += writeSync(handle, piece, at);
      } finally {
        written += at;
        // What the disk did not take waits for the next try, so no line is lost in the middle.
        if (at < piece.length) {
          waiting = [piece.subarray(at)];
          bytes = piece.length - at;
        }
      }
    });
  };
  const truncate = (length: number): void => {
    waiting = [];
    bytes = 0;
    attempt(() => {
      ftruncateSync(handle, length);
      fsyncSync(handle);
    });
    written = length;
  };

  return {
    append: (event) => {
      const line = Buffer.from(lineOf(event, new Date(now()).toISOString()));
      waiting.push(line);
      bytes += line.length;
      if (bytes >= gatherBytes || now() - drained >= gatherMs) drain();
    },
    flush: () => {
      drain();
      attempt(() => fsyncSync(handle));
    },
    offset: () => written + bytes,
    cutBack: (offset) => {
      drain();
      if (offset > written) return eventsShorterText(path, written, offset);
      const whole = attempt(() => wholeLines(handle, offset));
      truncate(whole);
      return whole === offset ? null : eventsNoLineText(path, offset, whole);
    },
    cutStage: (stage) => {
      drain();
      const lines = parseLines(readForeign(path, { most: mostBytes }), path);
      let cut: number | null = null;
      for (const { start, event } of lines.reverse()) {
        if (event.stage === stage) cut = start;
        // Every call tells anew which stages are reused: these lines may go.
        else if (!(isStage(event) && event.event === "reused")) break;
      }
      if (cut !== null) truncate(cut);
    },
    close: () => {
      if (!open) return;
      open = false;
      try {
        drain();
        attempt(() => fsyncSync(handle));
      } finally {
        closeSync(handle);
      }
    },
  };
}

const parseLines = (content: Buffer, path: string): { readonly start: number; readonly event: EventLine }[] => {
  const lines: { start: number; event: EventLine }[] = [];
  for (let start = 0, number = 1; ; number++) {
    const end = content.indexOf(newline, start);
    if (end < 0) return lines;
    const parsed = parseForeignJson(content.toString("utf8", start, end));
    const problem = "problem" in parsed ? (parsed.problem ?? "it is not JSON") : eventProblem(parsed.value);
    if (problem !== null) throw badEventLine(path, number, problem);
    lines.push({ start, event: (parsed as { readonly value: EventLine }).value });
    start = end + 1;
  }
};

/** The events of a run in order; none where the file does not exist. A last line that is still being written is left out. Throws events/bad-line, file/not-readable. */
export function readEvents(path: string): readonly EventLine[] {
  let content: Buffer;
  try {
    content = readForeign(path, { most: mostBytes });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
  return parseLines(content, path).map(({ event }) => event);
}

/** The events of one stage as it stands: since it was last started or taken over from another run. */
export function eventsOfStage(events: readonly EventLine[], stage: string): readonly EventLine[] {
  const own = events.filter((event) => event.stage === stage);
  const start = own.findLastIndex((event) => isStage(event) && event.event === "started");
  return own.slice(Math.max(0, start));
}
