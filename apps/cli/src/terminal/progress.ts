import { duration } from "./duration.js";
import { visible, wrapped } from "./write.js";

/** Where a stage stands. */
export interface Seen {
  readonly stage: string;
  /** Updates done, of how many. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

export interface Progress {
  readonly step: (seen: Seen) => void;
  /** Another thing that goes on, under a name: "fetching TensorFlow", "12 of 274 MB". */
  readonly doing: (what: string, state: string) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** Takes the changing line away. */
  readonly close: () => void;
}

/** Where progress goes: a terminal gets one line that changes, anything else a line every ten seconds. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly live: boolean;
  readonly columns?: number;
  readonly now?: () => number;
}

/** Shows stage, step, loss, steps a second and time left. The rate leaves out the stage's first step, which compiles. */
export const progress = ({ write, live, columns = 80, now = Date.now }: Screen): Progress => {
  let subject = "";
  let start = { step: 0, ms: 0 };
  let shownMs = -Infinity;
  let open = false;
  const clear = (): void => {
    if (open) write("\r\u001b[K");
    open = false;
  };
  /** Not more often than an eye can follow, nor than a log should grow. */
  const show = (line: () => string, always: boolean, ms: number): void => {
    if (!always && ms - shownMs < (live ? 100 : 10_000)) return;
    shownMs = ms;
    clear();
    write(live ? line().slice(0, columns - 1) : `${line()}\n`);
    open = live;
  };
  return {
    step: ({ stage, step, steps, loss }) => {
      const ms = now();
      const fresh = stage !== subject;
      if (fresh) [subject, start] = [stage, { step, ms }];
      const perSecond = ms > start.ms ? ((step - start.step) * 1000) / (ms - start.ms) : 0;
      const left = perSecond > 0 ? `  ${perSecond.toFixed(1)} steps/s  ${duration((steps - step) / perSecond)} left` : "";
      show(() => `${stage}  step ${step}/${steps}  loss ${loss.toPrecision(4)}${left}`, fresh || step === steps, ms);
    },
    doing: (what, state) => {
      const fresh = what !== subject;
      subject = what;
      show(() => `${what}  ${state}`, fresh, now());
    },
    say: (line) => {
      clear();
      const shown = visible(line); // warnings name files, which others may have named
      write(`${live ? wrapped(shown, columns) : shown}\n`);
    },
    close: clear,
  };
};

/** Progress that shows nothing. */
const silent: Progress = { step: () => undefined, doing: () => undefined, say: () => undefined, close: () => undefined };

/** Progress on standard error: live on a terminal outside of CI, nothing where `quiet`. */
export const onScreen = (quiet: boolean): Progress =>
  quiet
    ? silent
    : progress({
        write: (text) => process.stderr.write(text),
        live: process.stderr.isTTY && process.env["CI"] === undefined,
        columns: process.stderr.columns,
      });
