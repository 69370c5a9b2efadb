import type { Common } from "../program.js";

export interface EvaluateOptions extends Common {
  readonly data: readonly string[];
}
