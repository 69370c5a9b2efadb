import type { DomainScores, ModelResults, Results } from "@segdistill/core";
import type { ComparedRun } from "../src/index.js";

type Dice = readonly (number | null)[];

/** Scores of the cases c1, c2, … each of its own group g1, g2, …; in 64ths, so that differences are exact. */
export const scoresOf = (dice64: Dice, groups = dice64.map((_, i) => `g${i + 1}`)): DomainScores => ({
  cases: dice64.map((dice, i) => ({
    ...{ id: `c${i + 1}`, group: groups[i]!, dice: dice === null ? null : dice / 64 },
    ...(dice === null && { reasons: { dice: "neither side has the class" } }),
  })),
  mean: { dice: 0.5 },
  pooled: { dice: 0.5 },
});

export const modelOf = (domains: Readonly<Record<string, DomainScores>>, changed: Partial<ModelResults> = {}): ModelResults => ({
  ...{ parameters: 403_206, macs: 41_300_000, trainSeconds: 60, domains },
  ...changed,
});

export const resultsOf = (models: Results["models"], changed: Partial<Results> = {}): Results => {
  const domains = [...new Set(Object.values(models).flatMap((model) => Object.keys(model.domains)))];
  const counted = (domain: string): readonly { readonly group: string }[] =>
    Object.values(models).find((model) => model.domains[domain])!.domains[domain]!.cases;
  return {
    ...{ schema: 1, name: "a", seed: 0, finished: "2026-01-05T10:06:12.000Z", config: "5f0a".repeat(16), models, gains: [], stages: [] },
    data: Object.fromEntries(
      domains.map((domain) => [
        domain,
        {
          fingerprint: "f".repeat(64),
          cases: counted(domain).length,
          groups: new Set(counted(domain).map(({ group }) => group)).size,
          unseen: domain.startsWith("far"),
        },
      ]),
    ),
    environment: {
      ...{ schema: 1, date: "2026-01-05T10:00:00.000Z", node: "20.19.0", memoryBytes: 16.8e9, threads: 2, tensorflow: null },
      ...{ packages: {}, os: { platform: "linux", release: "6.1.0", arch: "x64" }, cpu: { model: null, count: 2, flags: null } },
      ...{ precision: { asked: "auto", chosen: "float32" }, variables: {}, lockFile: null, gitCommit: null },
    },
    ...changed,
  };
};

const even = [32, 32, 32, 32, 32, 32];
/** `even` and more, in 64ths. */
const plus = (more: Dice): Dice => even.map((dice, i) => dice + more[i]!);
const one = scoresOf([32]);

/**
 * Two runs with answers known by hand. On "own" (6 groups) run a differs from its baseline by 1 … 6 64ths, run b by 1, −2, 3, −4, 5, −6; on "far, away" (one group) by 1 and 0.
 * Run b's name wants to be a formula, a column, a command.
 */
export const twoRuns = (): readonly ComparedRun[] => {
  const far = "far, away";
  const a = resultsOf({
    teacher: modelOf(
      { own: scoresOf([40, 42, 44, 40, 42, 44]), [far]: scoresOf([null]) },
      { parameters: 1_942_418, macs: 1.204e9, memoryBytes: 1.94e9 },
    ),
    baseline: modelOf({ own: scoresOf(even), [far]: one }, { memoryBytes: 1.02e9 }),
    distilled: modelOf({ own: scoresOf(plus([1, 2, 3, 4, 5, 6])), [far]: scoresOf([33]) }, { trainSeconds: 97.1, memoryBytes: 1.31e9 }),
  });
  const b = resultsOf({
    baseline: modelOf({ own: scoresOf(even), [far]: one }),
    distilled: modelOf({ own: scoresOf(plus([1, -2, 3, -4, 5, -6])), [far]: one }, { trainSeconds: null, macs: null }),
  });
  return [
    { label: "a", seeds: [a] },
    { label: "=b|_1 & co", seeds: [b] },
  ];
};

/**
 * Random numbers with which every resample draws one group again and again, each in its turn: means of the resamples are the groups' differences,
 * so that with thousands of resamples low and high are the least and the greatest of them.
 */
export const oneGroupAfterTheOther = (groups: number) => () => {
  let count = 0;
  return { next: () => ((Math.floor(count++ / groups) % groups) + 0.5) / groups };
};
