import { isUserError } from "./errors.js";

/** Why a run was asked to stop, as its exit code: 130 interrupted (Ctrl-C), 75 stopped from outside (SIGTERM); both can be resumed. */
export type StopCode = 130 | 75;

/** What of a process is used here. */
export interface Signals {
  readonly on: (signal: "SIGINT" | "SIGTERM", listener: () => void) => unknown;
  readonly off: (signal: "SIGINT" | "SIGTERM", listener: () => void) => unknown;
  readonly exit: (code: number) => unknown;
}

export interface Stopping {
  readonly signal: AbortSignal;
  /** Set once the signal is aborted. */
  readonly code: () => StopCode | undefined;
  /** The exit code of a program that ended with this error because it was asked to stop; undefined where the error is another. */
  readonly codeOf: (error: unknown) => StopCode | undefined;
  readonly close: () => void;
}

/** A signal that the first Ctrl-C or SIGTERM aborts, so that the work can keep a checkpoint; a second Ctrl-C ends the process at once. */
export const stopping = (say: (line: string) => void, of: Signals = process, now: () => number = Date.now): Stopping => {
  const controller = new AbortController();
  let code: StopCode | undefined;
  let since = 0;
  const stop = (next: StopCode, line: string) => (): void => {
    if (code !== undefined) {
      // npm and a shell both pass one Ctrl-C on, so what follows at once is the same one
      if (next === 130 && now() - since > 500) of.exit(130);
      return;
    }
    code = next;
    since = now();
    say(line);
    controller.abort();
  };
  const interrupted = stop(130, "stopping after this step; a checkpoint is written (Ctrl-C again ends at once)");
  const terminated = stop(75, "asked to stop; a checkpoint is written");
  of.on("SIGINT", interrupted);
  of.on("SIGTERM", terminated);
  return {
    signal: controller.signal,
    code: () => code,
    codeOf: (error) =>
      (isUserError(error) && error.exit === 130) || (error instanceof Error && error.name === "AbortError") ? code : undefined,
    close: () => {
      of.off("SIGINT", interrupted);
      of.off("SIGTERM", terminated);
    },
  };
};
