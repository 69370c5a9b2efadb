import type { Data } from "./data.js";
import type { CheckedMethod } from "./method.js";
import type { NetworkSpec } from "./network.js";
import type { Optimiser } from "./term.js";

/** A network that a stage has trained or will have trained. */
export interface Result<Tap extends string> {
  readonly stage: Stage;
  readonly role: string;
  readonly spec: NetworkSpec<Tap>;
}

/** A network in a stage. Made by `learns(spec, …)`, `frozen(result)` and `given(spec, weights)`. */
export type Net<Tap extends string> =
  | { readonly mode: "trained"; readonly spec: NetworkSpec<Tap>; readonly earlier?: Result<Tap>; readonly start: "fresh" | "earlier" }
  | { readonly mode: "frozen"; readonly spec: NetworkSpec<Tap>; readonly of: Result<Tap> }
  | { readonly mode: "given"; readonly spec: NetworkSpec<Tap>; readonly weights: Weights };

/** Weights from elsewhere, by the module's own names; `fingerprint` is the SHA-256 of the file they came from. */
export interface Weights {
  readonly fingerprint: string;
  readonly read: () => ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

export type Nets = Readonly<Record<string, Net<string>>>;
export type WantsOf<N extends Nets> = { readonly [R in keyof N]: keyof N[R]["spec"]["taps"] & string };

/** Anything that trains: teacher, baseline, paraphraser, alignment, distillation. Made by `stage(…)`, which checks methods against networks. */
export interface Stage<N extends Nets = Nets, M extends string = string> {
  readonly name: string;
  readonly nets: N;
  readonly methods: readonly (CheckedMethod & { readonly name: M })[];
  readonly optimiser: Optimiser;
  readonly steps: number;
  readonly data: Data;
}
