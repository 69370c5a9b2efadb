import type { DomainScores, ModelResults, Outcome } from "@segdistill/core";
import type { Network, NetworkSpec } from "@segdistill/core/contract";

type Counted = NetworkSpec<string> & { readonly parameters?: number; readonly macs?: (height: number, width: number) => number };

/** A model's size, costs for one picture of `input` (height, width, channels), training time and memory, and scores. */
export const modelResults = (
  spec: NetworkSpec<string>,
  network: Network<string>,
  input: readonly [number, number, number],
  trained: Outcome | undefined,
  memoryOf: (stage: string) => number | null,
  domains: Readonly<Record<string, DomainScores>>,
): ModelResults => {
  const { parameters, macs } = spec as Counted;
  const counted = Object.values(network.variables).reduce((sum, { size }) => sum + size, 0);
  const memoryBytes = trained ? memoryOf(trained.stage) : null;
  const given = "its weights were given, it was not trained here";
  const reasons = {
    ...(!macs && { macs: "the network's package does not count them" }),
    ...(!trained && { trainSeconds: given, memoryBytes: given }),
    ...(trained && memoryBytes === null && { memoryBytes: "it was trained before memory was noted" }),
  };
  return {
    parameters: parameters ?? counted,
    macs: macs?.(input[0], input[1]) ?? null,
    macsInput: input,
    trainSeconds: trained?.seconds ?? null,
    memoryBytes,
    ...(Object.keys(reasons).length > 0 && { reasons }),
    domains,
  };
};
