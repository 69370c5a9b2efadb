import { Variable } from "@tensorflow/tfjs-core";

let runsAgain = 0;
/** Whether a block of `recompute` runs for the backward pass: what it does besides computing (state that moves, places that noise is drawn at) has been done. */
export const isRunAgain = (): boolean => runsAgain > 0;

/** Runs a block for the backward pass: its first run has assigned already. */
export function runAgain<T>(f: () => T): T {
  const { assign } = Object.getOwnPropertyDescriptors(Variable.prototype);
  Variable.prototype.assign = () => undefined;
  runsAgain++;
  try {
    return f();
  } finally {
    runsAgain--;
    Object.defineProperty(Variable.prototype, "assign", assign);
  }
}
