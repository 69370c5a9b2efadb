import type { Common } from "../program.js";

export interface PredictOptions extends Common {
  readonly out: string;
}
