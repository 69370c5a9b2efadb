import type { DataSet } from "./data.js";
import type { Method } from "./method.js";
import type { NetworkSpec } from "./network.js";

/** Checks options and fills in defaults; zod schemas are one of these (https://standardschema.dev). Its input is what a configuration says, without `use` and `weight`. */
export interface OptionsSchema<Options> {
  readonly parse: (value: unknown) => Options;
}

/** One thing that a package offers to configurations. */
export interface Offered<Options, Made> {
  readonly options: OptionsSchema<Options>;
  readonly create: (options: Options) => Made;
}

/** What a network is told beside its own options. */
export interface NetworkFrame {
  readonly inputChannels: number;
  readonly classes: number;
}

/** The one named export by which a package offers its contents: `export const segdistill: Plugin = { contract: 1, … }`. Names are kebab-case = file name. */
export interface Plugin {
  readonly contract: 1;
  readonly methods?: Readonly<Record<string, Offered<never, Method<string, never>>>>;
  readonly networks?: Readonly<Record<string, Offered<never, (frame: NetworkFrame) => NetworkSpec<string>>>>;
  readonly datasets?: Readonly<Record<string, Offered<never, (root: string | undefined) => Promise<DataSet>>>>;
}
