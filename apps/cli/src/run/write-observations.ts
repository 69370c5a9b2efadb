import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { writeSafetensors, type RunPaths, type Trained } from "@segdistill/core";
import type { Stage } from "@segdistill/core/contract";
import { wholePictures, type Prepare } from "@segdistill/datasets";
import { stoppedMeasuring } from "./errors.js";
import type { Progress } from "../terminal/progress.js";
import type { Domains } from "./measure-models.js";

export interface ObservationsOptions {
  readonly trained: Pick<Trained, "observe">;
  readonly stage: Stage;
  readonly domains: Domains;
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly prepare: Prepare;
  readonly paths: Pick<RunPaths, "observation">;
  readonly show: Pick<Progress, "doing">;
  readonly signal?: AbortSignal;
}

/**
 * Writes what the methods of a stage observe in the test domains, whose pictures are cut into tiles of the training's size: one file for each domain and observation with a tensor "vectors" `[rows, N]`,
 * a row for every tile that has a vector, and in its metadata "cases" and "groups", the case and the group of every row. Reads no picture where no method observes. The files' paths. Throws run/stopped where the signal is aborted.
 */
export const writeObservations = async ({
  trained,
  stage,
  domains,
  fingerprints,
  prepare,
  paths,
  show,
  signal,
}: ObservationsOptions): Promise<readonly string[]> => {
  const { picture, batchSize } = stage.data;
  const written: string[] = [];
  for (const [domain, { cases }] of Object.entries(domains)) {
    const pictures = wholePictures({
      ...{ cases, prepare, classes: picture.classes, dataSet: fingerprints[domain]! },
      ...{ patch: [picture.height, picture.width], batch: batchSize },
    });
    const groupOf = new Map(cases.map(({ id, group }) => [id, group]));
    const seen = new Map<string, { readonly size: number; readonly rows: Float32Array[]; readonly cases: string[] }>();
    for await (const batch of trained.observe(stage, pictures)) {
      if (signal?.aborted) throw stoppedMeasuring();
      for (const { name, vectors, size, cases: ids } of batch) {
        if (!seen.has(name)) seen.set(name, { size, rows: [], cases: [] });
        seen.get(name)!.rows.push(vectors);
        seen.get(name)!.cases.push(...ids);
      }
      show.doing("observing", domain);
    }
    for (const [name, { size, rows, cases: ids }] of seen) {
      const data = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
      rows.reduce((at, row) => (data.set(row, at), at + row.length), 0);
      const file = paths.observation(domain, name);
      await mkdir(dirname(file), { recursive: true });
      const metadata = { cases: JSON.stringify(ids), groups: JSON.stringify(ids.map((id) => groupOf.get(id)!)) };
      await writeSafetensors(file, new Map([["vectors", { shape: [data.length / size, size], data }]]), metadata);
      written.push(file);
    }
  }
  return written;
};
