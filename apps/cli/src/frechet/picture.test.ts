import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRunFolder } from "@segdistill/core";
import { random } from "@segdistill/core/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frechet } from "../commands/frechet.js";
import { observedRun } from "../testing/observed-run.js";
import { message, output } from "../testing/said.js";
import { latentsOfRun } from "./picture.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-latents-"));
afterAll(() => rmSync(folder, { recursive: true }));
const unseen = { chase: false, stare: true };
const drawn = async (path: string, seed = 0) => latentsOfRun(await readRunFolder(path), "gkd", seed);

/** n rows of d numbers around a mean, one number a domain. */
const cloud = (n: number, d: number, mean: number): number[][] => {
  const { normal } = random(`${n} ${d} ${mean}`);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => mean + normal()));
};
const made = join(folder, "run");
beforeAll(async () => {
  await observedRun(made, {
    unseen,
    vectors: {
      chase: { teacher: cloud(10, 6, 0), student: cloud(10, 6, 0.1), mask: cloud(10, 6, 0.2), predicted: cloud(10, 6, 0.3) },
      stare: { teacher: cloud(8, 6, 30), student: cloud(8, 6, 31), mask: cloud(8, 6, 32) },
    },
  });
});

describe("segdistill frechet --picture", () => {
  test("a row of panels each for teacher, student and predictions, with masks; N of each in the legend", async () => {
    const file = join(folder, "latents.svg");
    expect(await output(() => frechet([made], { picture: file }))).toBe(`${file}: teacher, student, predicted masks; chase, stare\n`);
    const svg = readFileSync(file, "utf8");
    const text = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, said]) => said!);
    expect(text.filter((said) => /: (PCA|UMAP|N \d+)$/.test(said))).toEqual([
      ...["Teacher: PCA", "Teacher: UMAP", "chase: N 10", "stare, unseen: N 8", "chase, masks: N 10", "stare, unseen, masks: N 8"],
      ...["Student: PCA", "Student: UMAP", "chase: N 10", "stare, unseen: N 8", "chase, masks: N 10", "stare, unseen, masks: N 8"],
      ...["Predicted masks: PCA", "Predicted masks: UMAP", "chase: N 10", "chase, masks: N 10", "stare, unseen, masks: N 8"],
    ]);
    expect(text.slice(-4).join(" ")).toBe(
      "A filled mark is the vector of a picture or a tile of one, or of its predicted mask; a hollow one, of its true mask. Both panels of a row are of all its vectors together. UMAP: n_neighbors 15, min_dist 0.1, seed 0, Euclidean, from random places (umap-js). Distances between clusters in UMAP mean nothing, nor do their sizes; look at who is neighbour of whom.",
    );
  });

  test("the same run and seed give the same bytes, another seed another UMAP", async () => {
    const bytes = async (name: string, seed?: number): Promise<string> => {
      await output(() => frechet([made], { picture: join(folder, name), ...(seed !== undefined && { seed }) }));
      return readFileSync(join(folder, name), "utf8");
    };
    const [one, again, other] = [await bytes("a.svg"), await bytes("b.svg", 0), await bytes("c.svg", 1)];
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect(other).toContain("seed 1");
  });

  test("panels hold each set's own vectors: PCA puts far domains apart, UMAP keeps neighbours", async () => {
    const { rows } = await drawn(made);
    for (const { sets, shares } of rows.slice(0, 2)) {
      expect(shares[0]).toBeGreaterThan(0.9); // two clouds 30 apart in each of 6 dimensions: nearly all lies on the diagonal
      for (const of of ["pca", "umap"] as const) {
        const points = sets.flatMap((set) => set[of].map((point) => ({ point, domain: set.domain })));
        expect(points.length).toBe(36);
        const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);
        for (const one of points) {
          const [nearest] = points.filter((other) => other !== one).sort((a, b) => distance(a.point, one.point) - distance(b.point, one.point)); // prettier-ignore
          expect(nearest!.domain).toBe(one.domain);
        }
      }
    }
  });

  test("rows keep their order: two dimensions are turned, not mixed", async () => {
    const [chase, stare] = [[[0, 0], [3, 0]], [[0, 1], [3, 1], [9, 0.5]]]; // prettier-ignore
    const path = await observedRun(join(folder, "flat"), { unseen, vectors: { chase: { student: chase }, stare: { student: stare } } });
    const { rows } = await drawn(path);
    const found = rows[0]!.sets.flatMap(({ pca }) => pca);
    const given = [...chase, ...stare];
    for (const i of given.keys())
      for (const j of given.keys())
        expect(Math.hypot(found[i]![0] - found[j]![0], found[i]![1] - found[j]![1])).toBeCloseTo(Math.hypot(given[i]![0]! - given[j]![0]!, given[i]![1]! - given[j]![1]!), 9); // prettier-ignore
  });

  test("few vectors: one dimension has no second component, and fewer than 3 no UMAP", async () => {
    const path = await observedRun(join(folder, "few"), { unseen, vectors: { chase: { student: [[1], [4]] }, stare: { predicted: [[1], [2], [9]] } } }); // prettier-ignore
    const { rows, notes } = await drawn(path);
    expect(rows.map(({ title, noUmap, shares }) => [title, noUmap, shares])).toEqual([
      ["Student", "none: 2 vectors, fewer than 3", [1, 0]],
      ["Predicted masks", null, [1, 0]],
    ]);
    const [set] = rows[0]!.sets;
    expect(set!.pca.map(([x, y]) => [Math.abs(x), y])).toEqual([[1.5, 0], [1.5, 0]]); // prettier-ignore
    expect(set!.umap).toEqual([]);
    expect(notes[1]).toContain("n_neighbors 2, min_dist 0.1");
  });

  test("vectors that are all alike are one place in PCA, and UMAP ends", async () => {
    const alike = Array.from({ length: 8 }, () => [1, 2, 3]);
    const { rows } = await drawn(await observedRun(join(folder, "alike"), { unseen, vectors: { chase: { teacher: alike } } }));
    expect(rows[0]!.shares).toEqual([0, 0]);
    expect(rows[0]!.sets[0]!.pca).toEqual(alike.map(() => [0, 0]));
    expect(rows[0]!.sets[0]!.umap.flat().every(Number.isFinite)).toBe(true);
  });

  test("of two methods the row says whose vectors they are", async () => {
    const path = await observedRun(join(folder, "two"), { unseen, vectors: { chase: { student: cloud(4, 2, 0) } } });
    await observedRun(path, { unseen, vectors: { chase: { student: cloud(4, 2, 1) } }, method: "other" });
    expect((await drawn(path)).rows.map(({ title }) => title)).toEqual(["Student (gkd/msan)", "Student (other)"]);
  });

  test("as JSON, with all places", async () => {
    const file = join(folder, "json.svg");
    const found = JSON.parse(await output(() => frechet([made], { picture: file, json: true, seed: 3 }))) as Record<string, unknown>;
    expect(found).toMatchObject({ picture: file, seed: 3, ...JSON.parse(JSON.stringify(await drawn(made, 3))) } as object);
  });

  test("what cannot be drawn", async () => {
    const empty = await observedRun(join(folder, "empty"), { unseen });
    const svg = join(folder, "x.svg");
    expect(await message(frechet([empty], { picture: svg }))).toBe(
      `[${empty}] The run keeps no latent vectors. Expected observations of a method that aligns bottlenecks, in a run that has ended: distil with @segdistill/plugin-msan, or name two files of latents.`,
    );
    const masks = await observedRun(join(folder, "masks"), { unseen, vectors: { chase: { mask: cloud(4, 2, 0) } } });
    expect(await message(frechet([masks], { picture: svg }))).toMatch(/The run keeps no latent vectors\./);
    const refused = (picture: string): string =>
      `[--picture ${picture}] Expected a name that ends in .svg, and one run folder without --reading: a picture is of one run's own vectors. Draw each run by itself.`;
    expect(await message(frechet([made], { picture: "x.png" }))).toBe(refused("x.png"));
    expect(await message(frechet([made, made], { picture: svg }))).toBe(refused(svg));
    expect(await message(frechet([made], { picture: svg, reading: "pred" }))).toBe(refused(svg));
  });
});
