import { readSync, writeSync } from "node:fs";

/** Processor time of all threads, ms. */
const cpuNow = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Where steps are taken by turns (child.mjs): says that this one is over and waits to be let go on. */
const yieldTurn = () => {
  if (process.env.SEGDISTILL_BENCH_TURNS === undefined) return;
  writeSync(1, "turn\n");
  readSync(0, Buffer.alloc(1));
};

/**
 * Decides, step by step, whether it was enough: up to `warmUp` steps that do not count (fewer where one takes half of `seconds`), then `steps` that do, or at
 * least two where they take longer than `seconds`. The same rule as pytorch/pace.py. `started` is when the process was, in ms since 1970.
 */
export function pace({ warmUp, steps, seconds = Infinity, started }) {
  const [warm, counted] = [[], []];
  const sum = (times) => times.reduce((a, b) => a + b, 0) / 1000;
  let warming = warmUp > 0;
  let [cpu, firstSeconds] = [0, null];
  return {
    /** To be told where a step begins. */
    begins: () => {
      if (!warming && counted.length === 0) cpu = cpuNow();
    },
    /** Takes note of a step of `ms`; true where it was the last one. */
    last: (ms) => {
      firstSeconds ??= (Date.now() - started) / 1000;
      (warming ? warm : counted).push(ms);
      if (warming) warming = warm.length < warmUp && sum(warm) < seconds / 2;
      const enough = counted.length >= steps || (counted.length >= 2 && sum(counted) >= seconds);
      if (!enough) yieldTurn();
      return enough;
    },
    /** After the last step: the times of those that count, ms, and what the process took. */
    found: () => ({
      ms: counted,
      cpuMs: (cpuNow() - cpu) / counted.length,
      firstSeconds,
      peakMb: process.resourceUsage().maxRSS / 1024,
    }),
  };
}
