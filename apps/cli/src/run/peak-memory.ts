import { readFileSync, writeFileSync } from "node:fs";

/** The most memory that this process held since the last `reset`. */
export interface PeakMemory {
  readonly reset: () => void;
  /** To be called often: where the system keeps no peak, this is when it is looked at. */
  readonly look: () => void;
  /** Resident bytes. */
  readonly bytes: () => number;
}

/** Linux keeps the peak itself (VmHWM) and lets it be set back (proc(5), clear_refs). Null where that cannot be done. */
const kept = (): PeakMemory | null => {
  const reset = (): void => writeFileSync("/proc/self/clear_refs", "5");
  const bytes = (): number => 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))![1]);
  try {
    reset();
    return bytes() > 0 ? { reset, look: () => undefined, bytes } : null;
  } catch {
    return null;
  }
};

/** The most that was seen whenever it was looked at: less than the true peak. */
export const looked = (rss: () => number = () => process.memoryUsage.rss()): PeakMemory => {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, rss());
  };
  return {
    reset: () => {
      most = 0;
    },
    look,
    bytes: () => (look(), most),
  };
};

/** Peak memory of this process: kept by the system where it can, else looked at. Memory of a graphics processor does not count. Source: our choice. */
export const peakMemory = (): PeakMemory => kept() ?? looked();
