import { check } from "./check.js";
import type { Source } from "./read.js";
import { type Configuration, configuration } from "./schema.js";

/** A configuration with every default filled in that depends on other keys too: the seed, and the tile, which is as large as a patch. */
export interface Resolved extends Omit<Configuration, "evaluate"> {
  readonly evaluate: Omit<Configuration["evaluate"], "tile"> & { readonly tile: { readonly size: number; readonly overlap: number } };
}

/** The checked configuration of a source. Throws config/… errors. */
export const configure = (source: Source): Resolved => {
  const found = check(configuration, source.value, { at: source.at, path: [], beside: ["extends"] });
  const { evaluate, seed, seeds, sweep, ...rest } = found;
  void sweep; // who runs it reads it by `sweepOf`
  return {
    ...rest,
    ...(seeds ? { seeds } : { seed: seed ?? 0 }),
    evaluate: {
      ...evaluate,
      tile: { size: evaluate.tile.size ?? Math.max(...[found.sample.patch].flat()), overlap: evaluate.tile.overlap },
    },
  };
};
