import type { DomainScores, StoredTensor, StudentDescription } from "@segdistill/core";
import type { Json, Network, NetworkSpec } from "@segdistill/core/contract";

/** What is known of a run beside the network. */
export interface StudentOf {
  readonly use: string;
  readonly classes: readonly string[];
  readonly prepare: Json;
  readonly tile: { readonly size: number; readonly overlap: number };
  /** SHA-256 of the configuration. */
  readonly config: string;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** The description of a trained network that is kept beside its weights. */
export const studentOf = (
  spec: NetworkSpec<string>,
  { use, classes, prepare, tile, config, seed, versions }: StudentOf,
  data: Readonly<Record<string, string>>,
  domains: Readonly<Record<string, DomainScores>>,
): Omit<StudentDescription, "schema" | "weights"> => ({
  network: { use, name: spec.name, options: spec.options },
  taps: spec.taps,
  inputChannels: spec.inputChannels,
  classes,
  prepare,
  tile,
  provenance: {
    config,
    seed,
    data,
    versions,
    scores: Object.fromEntries(Object.entries(domains).map(([domain, { mean }]) => [domain, numbersOf(mean)])),
  },
});

/** The numbers among scores, nulls kept. */
export const numbersOf = (scores: DomainScores["mean"]): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(scores).filter((entry): entry is [string, number | null] => typeof entry[1] === "number" || entry[1] === null),
  );

/** A network's variables and state by their stable names, read out of the engine. */
export const weightsOf = ({ variables, state }: Network<string>): ReadonlyMap<string, StoredTensor> =>
  new Map(Object.entries({ ...variables, ...state }).map(([name, v]) => [name, { shape: v.shape, data: v.dataSync() as Float32Array }]));
