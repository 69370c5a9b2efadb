import { dispose } from "@tensorflow/tfjs-core";
import type { Batches, Module } from "../contract/index.js";
import type { Ready } from "../plan/prepare.js";
import type { Run } from "../run.js";
import { atStep, feed } from "./fed.js";
import { programs } from "./program.js";
import { alone } from "./slope.js";

/** What one method observed in the pictures of a batch. */
export interface Observed {
  /** "method/name" */
  readonly name: string;
  /** Case ids of the pictures that have a vector, in their order. */
  readonly cases: readonly string[];
  /** N numbers for each of them, row by row. */
  readonly vectors: Float32Array;
  /** N */
  readonly size: number;
}

/** Runs over the data once, every network in inference. */
export async function* observing(
  ready: Ready,
  modules: ReadonlyMap<string, Module>,
  data: Batches,
  run: Run,
): AsyncGenerator<readonly Observed[]> {
  const { observes, stage } = ready;
  if (observes.length === 0) return;
  const { precision = "float32", eager = false, seed } = run;
  const made = programs({ ready, modules, moved: [], eager, reduce: alone, precision });
  const program = made.of(`${stage.name}/observations`, ([now], _, refuse) => {
    const out = observes.flatMap(({ name, of }) => {
      const { vectors, counts } = of(now!.step(name));
      return [vectors, counts];
    });
    refuse([]);
    return out;
  });
  try {
    for await (const batch of data.epoch(0, seed)) {
      const out = await program.run(feed(batch, atStep(stage, 0), ready, seed, data));
      try {
        const values = await Promise.all(out.map((t) => t.data() as Promise<Float32Array>));
        yield observes.map(({ name }, i): Observed => {
          const [vectors, counts, size] = [values[2 * i]!, values[2 * i + 1]!, out[2 * i]!.shape[1]!];
          const rows = [...counts.keys()].filter((row) => counts[row] !== 0);
          const kept = new Float32Array(rows.length * size);
          for (const [to, row] of rows.entries()) kept.set(vectors.subarray(row * size, (row + 1) * size), to * size);
          return { name, cases: rows.map((row) => batch.cases[row]!), vectors: kept, size };
        });
      } finally {
        dispose(out);
      }
    }
  } finally {
    made.dispose();
  }
}
