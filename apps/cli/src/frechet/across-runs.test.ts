import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frechet } from "../commands/frechet.js";
import { observedRun, type ObservedRun } from "../testing/observed-run.js";
import { message, output } from "../testing/said.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-across-"));
const path = (...names: string[]): string => join(folder, ...names);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});
const before = process.cwd();

const unseen = { chase: false, stare: true };
/** n rows of one number, all of one spread: distances are squared distances of means. */
const at = (mean: number, n = 2): number[][] => Array.from({ length: n }, (_, i) => [mean + 2 * (i % 2)]);
/** FSD_domain domain², FSD_align align², FSD_pred 1. */
const run = (domain: number, align: number, dice: number | null, more: Partial<ObservedRun> = {}, n = 2): ObservedRun => ({
  unseen,
  ...(dice !== null && { dice: { chase: 0.8, stare: dice } }),
  vectors: {
    chase: { student: at(0, n), teacher: at(9, n), mask: at(5, n), predicted: at(6, n) },
    stare: { student: at(domain, n), teacher: at(9, n), mask: at(domain + align, n), predicted: at(domain + align + 1, n) },
  },
  ...more,
});

beforeAll(async () => {
  process.chdir(folder);
  // the three of a sweep with seeds, and one beside it
  await observedRun(path("sweep", "full", "seed-0"), run(1, 4, 0.7));
  await observedRun(path("sweep", "full", "seed-1"), run(2, 3, 0.6, { seed: 1 }));
  await observedRun(path("sweep", "no-latent"), run(3, 1, 0.65));
  await observedRun(path("alone"), run(5, 2, 0.2, { seed: 7 }));
  mkdirSync(path("sweep", "stopped"));
  writeFileSync(path("sweep", "stopped", "config.json"), "{}");
  await observedRun(path("sweep", "kd"), { unseen, dice: { chase: 0.8, stare: 0.5 } });
  await observedRun(path("more-pictures"), run(6, 6, 0.1, {}, 4));
  await observedRun(path("other-pictures"), run(7, 7, 0.9, { fingerprint: "e".repeat(64) }));
  await observedRun(path("no-dice"), run(8, 8, null));
  await observedRun(path("one-row"), run(1, 1, 0.3, { vectors: { stare: { student: [[1]], mask: at(1) } } }));
});

/** The cells of a table's lines. */
const cells = (text: string): readonly (readonly string[])[] => text.trimEnd().split("\n").map((line) => line.split(/ {2,}/)); // prettier-ignore
const told = async (...paths: string[]) => {
  const [lines = "", correlations = "", said = ""] = (await output(() => frechet(paths, {}))).split("\n\n");
  return { lines: cells(lines), correlations: cells(correlations), said: said.trimEnd().split("\n") };
};

describe("segdistill frechet of several runs", () => {
  test("a line a run, correlations of each reading below; a folder stands for all runs in it", async () => {
    const { lines, correlations, said } = await told("sweep", "alone");
    expect(lines).toEqual([
      ["run", "seed", "pictures", "FSD_domain", "FSD_align", "FSD_pred", "Dice", "N", "d"],
      ["sweep/full/seed-0", "0", "chase → stare", "1.00000", "16.0000", "1.00000", "0.7000", "2, 2", "1"],
      ["sweep/full/seed-1", "1", "chase → stare", "4.00000", "9.00000", "1.00000", "0.6000", "2, 2", "1"],
      ["sweep/no-latent", "0", "chase → stare", "9.00000", "1.00000", "1.00000", "0.6500", "2, 2", "1"],
      ["alone", "7", "chase → stare", "25.0000", "4.00000", "1.00000", "0.2000", "2, 2", "1"],
    ]);
    // Dice ranks 4 2 3 1. FSD_domain 1 2 3 4: Σd² = 9 + 0 + 0 + 9, rho 1 − 6 · 18 / 60 = −0.8, of 24 orders 8 are as far. FSD_align 4 3 1 2: Σd² = 0 + 1 + 4 + 1, rho 0.4
    expect(correlations).toEqual([
      ["distance", "pictures", "rho", "p", "permutations", "r", "runs", "N", "d"],
      ["FSD_domain", "chase → stare", "-0.800", "0.33", "24, all", expect.any(String), "4", "2, 2", "1"],
      ["FSD_align", "stare", "0.400", "0.75", "24, all", expect.any(String), "4", "2, 2", "1"],
      ["FSD_pred", "stare", "–", "–", "–", "–", "4", "2, 2", "1"],
    ]);
    // scipy.stats.pearsonr([1, 4, 9, 25], [0.7, 0.6, 0.65, 0.2]) = −0.95633, of [16, 9, 1, 4] 0.42792
    expect([correlations[1]![5], correlations[2]![5]]).toEqual(["-0.956", "0.428"]);
    expect(said).toEqual([
      "Distances of the student; Dice of the distilled student on the unseen domain, mean over its pictures; rho is Spearman's, r Pearson's, of distance and Dice over runs.",
      "p is of rho, two-sided: over all permutations up to 9 runs, above over 99,999 random ones (seed 0); it takes runs as independent and is not corrected for the number of lines.",
      "shrink none, pca none. Values of other N, d or options are not comparable: runs whose N, d or pictures differ are not put into one correlation.",
      "Networks that were aligned apart may have vectors of different scales, which the distance does not know.",
      "no correlation of x = FSD_pred (stare) and y = Dice: all values of x are equal",
      "left out: sweep/kd: keeps no latent vectors",
      "left out: sweep/stopped: has not ended",
      ...[
        "FSD_align: aligned",
        "FSD_align: semantic",
        "FSD_domain: source",
        "FSD_domain: target",
        "FSD_pred: predicted",
        "FSD_pred: truth",
      ].map(
        (set) =>
          `caution: ${set} has 2 rows for 1 dimensions, fewer than 10 for each: the value is too large, by more the fewer they are. Compare it only with values of the same N and options, or lower pca.`,
      ),
    ]);
  });

  test("runs of other N or other pictures are correlated apart, and it is said", async () => {
    const { lines, correlations, said } = await told("sweep", "alone", "more-pictures", "other-pictures");
    expect(lines.length).toBe(7);
    expect(correlations.slice(1).map(([reading, , rho, , , , ...rest]) => [reading, rho, ...rest])).toEqual(
      ["FSD_domain", "FSD_align", "FSD_pred"].flatMap((reading, i) => [
        [reading, ["-0.800", "0.400", "–"][i], "4", "2, 2", "1"],
        [reading, "–", "1", "4, 4", "1"],
        [reading, "–", "1", "2, 2", "1"],
      ]),
    );
    expect(said[2]).toMatch(/are not put into one correlation, so a distance has several lines here\.$/);
    expect(said).toContain("no correlation of x = FSD_align (stare) and y = Dice: there is one pair: fewer than 3 say nothing");
  });

  test("a run without Dice or with too few rows has a line and no part in a correlation", async () => {
    const { lines, correlations, said } = await told("sweep", "alone", "no-dice", "one-row");
    expect(lines.slice(-2)).toEqual([
      ["no-dice", "0", "chase → stare", "64.0000", "64.0000", "1.00000", "–", "2, 2", "1"],
      ["one-row", "0", "stare", "–", "–", "–", "0.3000", "–", "–"],
    ]);
    expect(correlations.slice(1).map((line) => line[6])).toEqual(["4", "4", "4"]);
    expect(said).toContain("one-row: no FSD_align (stare): [fsd] FSD_align: aligned has 1 rows. Expected at least 2: fewer have no covariance. Give one row for every picture."); // prettier-ignore
  });

  test("a run that is named twice counts once; what holds no run is named", async () => {
    symlinkSync(path("alone"), path("link"));
    mkdirSync(path("empty"), { recursive: true });
    const { lines, said } = await told("alone", "link", "alone", "empty");
    expect(lines.length).toBe(2);
    expect(said.filter((line) => line.startsWith("left out"))).toEqual([
      "left out: link: was named before",
      "left out: alone: was named before",
      "left out: empty: holds no run",
    ]);
  });

  test("two methods that both observe are not mixed", async () => {
    const two = await observedRun(path("two"), run(1, 1, 0.5));
    await observedRun(two, run(2, 2, 0.5, { method: "other" }));
    expect((await told("alone", "two")).said.filter((line) => line.startsWith("left out"))).toEqual([
      "left out: two: has several values of FSD_align (stare): more than one of its methods observes vectors",
    ]);
  });

  test("above 9 runs permutations are random, and the seed says which", async () => {
    const names = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        observedRun(path("ten", `r${i}`), run(i + 1, 10 - i, [0.9, 0.3, 0.85, 0.4, 0.7, 0.5, 0.55, 0.8, 0.6, 0.35][i]!)),
      ),
    );
    expect(names.length).toBe(10);
    const shown = await output(() => frechet(["ten"], { seed: 3 })); // scipy.stats.spearmanr: −0.23636, by its approximation p 0.51
    expect(cells(shown.split("\n\n")[1]!)[1]!.slice(2, 5)).toEqual(["-0.236", expect.stringMatching(/^0\.5\d$/), "99999 at random"]);
    expect(shown).toContain("above over 99,999 random ones (seed 3)");
    const p = async (seed: number): Promise<number> =>
      (JSON.parse(await output(() => frechet(["ten"], { seed, json: true }))) as { correlations: { found: { p: number } }[] }).correlations[0]!.found.p; // prettier-ignore
    expect(await p(0)).toBe(await p(0));
    expect(await p(0)).not.toBe(await p(3));
  });

  test("as JSON, with all of it; options go on, intervals come where they are asked for", async () => {
    const found = JSON.parse(await output(() => frechet(["sweep", "alone"], { json: true, shrink: "identity", bootstrap: 10 }))) as Record<"distances" | "correlations" | "leftOut", Record<string, unknown>[]>; // prettier-ignore
    expect(found.distances.length).toBe(12);
    expect(found.distances.find(({ run, reading }) => run === "sweep/full/seed-1" && reading === "FSD_domain")).toMatchObject({
      ...{ seed: 1, on: "chase → stare", unseen: "stare", network: "student", dice: 0.6, reason: null },
      found: { value: expect.closeTo(4, 9) as number, shrink: "identity", interval: { resamples: 10 } },
      x: path("sweep", "full", "seed-1", "observations", "chase", "gkd", "msan", "student.safetensors"),
    });
    expect(found.correlations[0]).toMatchObject({
      ...{ reading: "FSD_domain", on: "chase → stare", unseen: "stare", n: [2, 2], d: 1 },
      runs: ["sweep/full/seed-0", "sweep/full/seed-1", "sweep/no-latent", "alone"],
      found: { n: 4, rho: expect.closeTo(-0.8, 12) as number, p: 8 / 24, permutations: 24, method: "all permutations" },
    });
    expect(found.leftOut).toEqual([
      { run: "sweep/kd", reason: "keeps no latent vectors" },
      { run: "sweep/stopped", reason: "has not ended" },
    ]);
  });
  test("without being asked for there is no interval", async () => {
    const { distances } = JSON.parse(await output(() => frechet(["sweep"], { json: true }))) as { distances: { found: { interval: unknown } }[] }; // prettier-ignore
    expect(distances.map(({ found }) => found.interval)).toEqual(distances.map(() => null));
  });

  test("what cannot be: nothing to compare, files among folders", async () => {
    writeFileSync(path("x.csv"), "1\n2\n");
    expect(await message(frechet(["sweep/kd", "sweep/stopped"], {}))).toBe(
      "[sweep/kd, sweep/stopped] No run keeps latent vectors of an unseen domain. Expected runs that have ended, distilled with @segdistill/plugin-msan; found sweep/kd: keeps no latent vectors; sweep/stopped: has not ended. Name other runs.",
    );
    expect(await message(frechet(["sweep", "x.csv", "none"], {}))).toBe(
      "[frechet] Expected two files of latents with --reading, or folders of runs alone; found no folder at x.csv, none. Give one kind.",
    );
    expect(await message(frechet(["x.csv", "alone"], {}))).toMatch(/found no folder at x\.csv\. Give one kind\.$/);
    expect(await message(frechet(["sweep", "alone", "x.csv"], { reading: "pred" }))).toBe(
      "[--reading pred] goes with two files. A run's observations say themselves what they are: leave it out.",
    );
    await expect(frechet(["alone", "sweep"], { seed: -1 })).rejects.toThrow("[fsd] the seed is -1. Expected a whole number from 0 to 4294967295, such as 0."); // prettier-ignore
  });
});
