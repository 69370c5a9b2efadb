/** How far a set-up is. */
export interface Progress {
  readonly phase: "download" | "unpack";
  readonly done: number;
  /** In bytes, as `done`. */
  readonly total: number;
  /** Mean of this run: what lay there already does not count. */
  readonly bytesPerSecond: number;
}

export type OnProgress = (progress: Progress) => void;

interface Meter {
  readonly advance: (bytes: number) => void;
  /** Tells the last state, however short ago another was told. */
  readonly end: () => void;
}

/** Counts bytes and tells a listener at most ten times a second, and at the end. */
export function meter(phase: Progress["phase"], alreadyDone: number, total: number, listener: OnProgress | undefined): Meter {
  const start = performance.now();
  let done = alreadyDone;
  let told = 0;
  const tell = (): void => {
    told = performance.now();
    listener?.({ phase, done, total, bytesPerSecond: (1000 * (done - alreadyDone)) / Math.max(1, told - start) });
  };
  return {
    advance: (bytes) => {
      done += bytes;
      if (performance.now() - told >= 100) tell();
    },
    end: tell,
  };
}
