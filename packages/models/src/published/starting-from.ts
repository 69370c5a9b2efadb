import { tensor, tidy } from "@tensorflow/tfjs-core";
import type { NetworkSpec, Weights } from "@segdistill/core/contract";
import { publishedDoesNotFit } from "../errors.js";

/**
 * The same network, some of whose variables and state start from given values; all else starts as before. The fingerprint becomes an option of it, `start`, so
 * that hashes of stages know. Building throws `models-published-does-not-fit` where a name is not the network's or has another shape. For teachers: a student file would name these options, which no
 * configuration has. [ours]
 */
export function startingFrom<Spec extends NetworkSpec<string>>(spec: Spec, { fingerprint, read }: Weights): Spec {
  return {
    ...spec,
    options: { of: spec.options, start: fingerprint },
    build: (scope) => {
      const network = spec.build(scope);
      for (const [name, { shape, data }] of read()) {
        const variable = network.variables[name] ?? network.state[name];
        if (variable?.shape.join() !== shape.join()) throw publishedDoesNotFit(name, shape, name, variable?.shape ?? []);
        tidy(() => variable.assign(tensor(data, [...shape])));
      }
      return network;
    },
  };
}
