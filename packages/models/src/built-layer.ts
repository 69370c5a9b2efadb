// For tests only.
import { fill, tidy } from "@tensorflow/tfjs-core";
import type { Layer } from "./blocks/layer.js";
import { fixedScope } from "./fixed-scope.js";

/** A layer on the engine under the name `it`, with the variables whose names end so (regular expressions) set to one value. */
export function builtLayer<Run>(
  layer: Omit<Layer, "build"> & { readonly build: (...to: Parameters<Layer["build"]>) => Run },
  values: Readonly<Record<string, number>> = {},
) {
  const module = fixedScope().module("", (make) => ({ run: layer.build(make, "it") }));
  const all = Object.entries({ ...module.variables, ...module.state });
  for (const [end, value] of Object.entries(values)) {
    const found = all.filter(([name]) => new RegExp(`${end}$`).test(name));
    if (found.length === 0) throw new Error(`no variable ends in ${end}`);
    for (const [, variable] of found) tidy(() => variable.assign(fill(variable.shape, value)));
  }
  return module;
}
