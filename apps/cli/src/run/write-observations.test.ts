import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, runPaths, type Observed } from "@segdistill/core";
import type { Batches, Case, Stage } from "@segdistill/core/contract";
import { prepare } from "@segdistill/datasets";
import { afterAll, expect, test } from "vitest";
import { writeObservations } from "./write-observations.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-observations-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A picture of 20 × 24 pixels of one value. */
const picture = (id: string, value: number): Case => ({
  ...{ id, group: `patient of ${id}`, domain: "d", spacingMm: null },
  image: () => Promise.resolve({ height: 20, width: 24, channels: 1, data: new Uint8Array(480).fill(value) }),
  label: () => Promise.resolve({ height: 20, width: 24, data: new Uint8Array(480) }),
  fieldOfView: () => Promise.resolve(null),
  secondObserver: () => Promise.resolve(null),
});
const stage = { name: "distillation", data: { picture: { height: 16, width: 16, channels: 1, classes: 2 }, batchSize: 3 } } as Stage;
const options = { stage, fingerprints: { here: "h", there: "t" }, prepare: prepare([{ scale: 255 }]), paths: runPaths(folder) };
const show = { doing: () => undefined };

test("every domain's tiles are observed, and what was seen is written by domain, method and name", async () => {
  const asked: Batches[] = [];
  /** A row [mean pixel of the tile, 7] for each tile that is of a case. */
  const observe = async function* (of: Stage, data: Batches): AsyncGenerator<readonly Observed[]> {
    expect(of).toBe(stage);
    asked.push(data);
    for await (const { images, cases } of data.epoch(0, 0)) {
      const rows = cases.flatMap((id, i) => (id === "(none)" ? [] : [i]));
      const mean = (i: number): number => images.subarray(i * 256, (i + 1) * 256).reduce((sum, x) => sum + x / 256, 0);
      yield [
        { name: "own/level", size: 2, cases: rows.map((i) => cases[i]!), vectors: Float32Array.from(rows.flatMap((i) => [mean(i), 7])) },
      ];
    }
  };
  const written = await writeObservations({
    ...options,
    show,
    trained: { observe },
    domains: { here: { cases: [picture("a", 51)] }, there: { cases: [picture("b", 102), picture("c", 255)] } },
  });
  expect(written).toEqual(["here", "there"].map((domain) => join(folder, "observations", domain, "own", "level.safetensors")));
  expect(asked.map(({ picture: { height, width }, batchSize }) => [height, width, batchSize])).toEqual([[16, 16, 3], [16, 16, 3]]); // prettier-ignore
  const rows = async (file: string): Promise<unknown> => {
    const { tensors, metadata } = await readSafetensors(file);
    const { shape, data } = tensors.get("vectors")!;
    const [cases, groups] = [metadata["cases"]!, metadata["groups"]!].map((text) => JSON.parse(text) as string[]);
    expect(groups).toEqual(cases!.map((id) => `patient of ${id}`));
    return { shape, cases, data: Array.from(data, (x) => Math.round(x * 100) / 100) };
  };
  // 20 × 24 pixels are 2 × 2 tiles
  expect(await rows(written[0]!)).toEqual({ shape: [4, 2], cases: ["a", "a", "a", "a"], data: [0.2, 7, 0.2, 7, 0.2, 7, 0.2, 7] });
  expect(await rows(written[1]!)).toEqual({
    shape: [8, 2],
    cases: ["b", "b", "b", "b", "c", "c", "c", "c"],
    data: [0.4, 0.4, 0.4, 0.4, 1, 1, 1, 1].flatMap((level) => [level, 7]),
  });
});

test("nothing is written where no method observes", async () => {
  rmSync(join(folder, "observations"), { recursive: true });
  const observe = async function* (): AsyncGenerator<readonly Observed[]> {
    await Promise.resolve();
  };
  expect(await writeObservations({ ...options, show, trained: { observe }, domains: { here: { cases: [picture("a", 5)] } } })).toEqual([]);
  expect(existsSync(join(folder, "observations"))).toBe(false);
});

test("a run that is asked to stop stops before the next batch, and writes nothing half", async () => {
  const stop = new AbortController();
  let batches = 0;
  const observe = async function* (): AsyncGenerator<readonly Observed[]> {
    for (let i = 0; i < 5; i++) {
      if (++batches === 2) stop.abort();
      yield await Promise.resolve([{ name: "own/level", size: 1, cases: ["a"], vectors: Float32Array.of(1) }]);
    }
  };
  const running = writeObservations({
    ...options,
    show,
    trained: { observe },
    domains: { here: { cases: [picture("a", 5)] } },
    signal: stop.signal,
  });
  await expect(running).rejects.toMatchObject({ code: "run/stopped", exit: 130 });
  expect(batches).toBe(2);
  expect(existsSync(join(folder, "observations"))).toBe(false);
});
