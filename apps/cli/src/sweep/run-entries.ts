import type { Signals, StopCode } from "../stopping.js";
import type { Ending, Running } from "./launch.js";

/** What became of a sweep's entries, by name; those that were not begun are not in it. */
export interface Ended {
  readonly endings: ReadonlyMap<string, Ending>;
  /** Set where the sweep was stopped. */
  readonly stopped: StopCode | undefined;
}

/**
 * Runs the entries of a sweep: the first alone, so that what all share (teacher, baseline) is there for the others, then `jobs` at once in order. One that fails does not keep
 * the others from running; Ctrl-C, SIGTERM or an entry that was itself stopped (exit codes 130, 75) stop all: every signal is passed on to those that go on, and none is begun.
 *
 * @param begin starts an entry; `alone` where no other goes on beside it
 */
export const runEntries = async (
  names: readonly string[],
  jobs: number,
  begin: (name: string, alone: boolean) => Running,
  of: Pick<Signals, "on" | "off"> = process,
): Promise<Ended> => {
  const endings = new Map<string, Ending>();
  const going = new Set<Running>();
  let stopped: StopCode | undefined;
  const stop = (code: StopCode, signal: "SIGINT" | "SIGTERM") => (): void => {
    stopped ??= code;
    for (const one of going) one.kill(signal);
  };
  const interrupted = stop(130, "SIGINT");
  const terminated = stop(75, "SIGTERM");
  of.on("SIGINT", interrupted);
  of.on("SIGTERM", terminated);
  const one = async (name: string, alone: boolean): Promise<void> => {
    const running = begin(name, alone);
    going.add(running);
    const ending = await running.ended.finally(() => going.delete(running));
    endings.set(name, ending);
    if (stopped === undefined && ending.code === 130) interrupted();
    if (stopped === undefined && ending.code === 75) terminated();
  };
  try {
    const [first, ...rest] = names;
    await one(first!, true);
    let next = 0;
    const worker = async (): Promise<void> => {
      while (stopped === undefined && next < rest.length) await one(rest[next++]!, jobs === 1);
    };
    await Promise.all(Array.from({ length: Math.min(jobs, rest.length) }, worker));
    return { endings, stopped };
  } finally {
    of.off("SIGINT", interrupted);
    of.off("SIGTERM", terminated);
  }
};
