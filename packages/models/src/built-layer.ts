// For tests only.
import { fill } from "@tensorflow/tfjs-core";
import type { Layer } from "./blocks/layer.js";
import { fixedScope } from "./fixed-scope.js";

/** A layer on the engine under the name `it`, with some of its variables set to one value. */
export function builtLayer<Run>(
  layer: Omit<Layer, "build"> & { readonly build: (...to: Parameters<Layer["build"]>) => Run },
  values: Readonly<Record<string, number>> = {},
) {
  const module = fixedScope().module("", (make) => ({ run: layer.build(make, "it") }));
  for (const [name, value] of Object.entries(values)) {
    const variable = module.variables[name] ?? module.state[name]!;
    variable.assign(fill(variable.shape, value));
  }
  return module;
}
