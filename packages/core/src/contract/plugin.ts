import type { DataSet } from "./data.js";
import type { CheckedMethod } from "./method.js";
import type { NetworkSpec } from "./network.js";

/** Checks options and fills in defaults; zod schemas are one of these. Its input is what a configuration says, without `use` and `weight`. */
export interface OptionsSchema<out Options> {
  readonly parse: (value: unknown) => Options;
}

/** One thing that a package offers to configurations: options that were checked, made into a value. */
export interface Offered<Made> {
  readonly options: OptionsSchema<unknown>;
  /** Takes what `options.parse` gives. */
  readonly create: (options: never) => Made;
}

/** What a network is told beside its own options. */
export interface NetworkFrame {
  readonly inputChannels: number;
  readonly classes: number;
}

/** The one named export by which a package offers its contents: `export const segdistill = { contract: 1, … } satisfies Plugin`. Names are kebab-case = file name. */
export interface Plugin {
  readonly contract: 1;
  readonly methods?: Readonly<Record<string, Offered<CheckedMethod>>>;
  readonly networks?: Readonly<Record<string, Offered<(frame: NetworkFrame) => NetworkSpec<string>>>>;
  readonly datasets?: Readonly<Record<string, Offered<(root: string | undefined) => Promise<DataSet>>>>;
}
