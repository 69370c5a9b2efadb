import type { Common } from "../program.js";

export interface RunOptions extends Common {
  readonly run?: string;
  readonly data: readonly string[];
  readonly set: readonly string[];
  readonly resume?: boolean;
  readonly seed?: number;
}
