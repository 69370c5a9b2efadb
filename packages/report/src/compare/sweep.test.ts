import { expect, test } from "vitest";
import { modelOf, oneGroupAfterTheOther, resultsOf, scoresOf } from "../../test/compared-runs.js";
import type { ComparedRun } from "./comparison.js";
import { compareSweep, sweepCsv, sweepMarkdown } from "./sweep.js";

const draw = oneGroupAfterTheOther(6);
const models = (times: number) => ({
  baseline: modelOf({ own: scoresOf([32, 32, 32, 32, 32, 32]) }),
  distilled: modelOf({ own: scoresOf([1, 2, 3, 4, 5, 6].map((n) => 32 + times * n)) }),
});
const runs: readonly ComparedRun[] = [
  { label: "plain", seeds: [resultsOf(models(1))] },
  { label: "rate-2", seeds: [resultsOf(models(2))] },
];
const tables = compareSweep(runs, { draw });
const nb = "\u00a0";

test("every run against its own baseline, the others against the first; Holm over both tables together", () => {
  expect(
    [tables.own, tables.first!].map(({ tests, domains }) => [
      tests,
      domains[0]!.rows.map(({ run, model, difference }) => [run, model, difference?.mean, difference?.p, difference?.pHolm]),
    ]),
  ).toEqual([
    [
      3,
      [
        ["plain", "baseline", undefined, undefined, undefined],
        ["plain", "distilled", 3.5 / 64, 2 / 64, (3 * 2) / 64],
        ["rate-2", "baseline", undefined, undefined, undefined],
        ["rate-2", "distilled", 7 / 64, 2 / 64, (3 * 2) / 64],
      ],
    ],
    [
      3,
      [
        ["plain", "distilled", undefined, undefined, undefined],
        ["rate-2", "distilled", 3.5 / 64, 2 / 64, (3 * 2) / 64],
      ],
    ],
  ]);
  expect(compareSweep(runs.slice(0, 1), { draw }).first).toBe(null);
});

test("as Markdown: what each entry changes, what failed, both tables; text from outside stays text", () => {
  const entries = [
    { label: "plain", sets: {} },
    { label: "rate-2", sets: { "distil.optimiser.adam.rate": 2, "distil.without": ["a|b/<c>"] } },
    { label: "worse", sets: { "distil.steps": 1 }, failed: "exit code 2" },
  ];
  const caption = (against: string): string =>
    `Dice: mean ± standard deviation over pictures. Difference to the ${against}, case by case and seed by seed, with 95${nb}% interval (bootstrap over groups): where it includes 0, no difference is found. p: Wilcoxon's signed-rank test over groups, corrected by Holm for 3 comparisons. Effect: rank-biserial correlation, −1 to 1. MACs: multiply-accumulates for one picture. Training: time. Memory: the most that the process held while training. –: not compared or not known.`;
  const head = `| Test set | Run | Model | Dice | Difference | 95${nb}% interval | Finding | p (Holm) | Effect | Parameters | MACs | Training | Memory |
| :-- | :-- | :-- | --: | --: | --: | :-- | --: | --: | --: | --: | --: | --: |`;
  const cost = "403 k | 41.3 M | 1 min 0 s | –";
  const remarks = `- plain and rate-2: seed 0.
- own: 6 pictures of 6 groups.`;
  const few = "One seed is too few (fewer than 3): how much another seed would change is not known.";
  expect(sweepMarkdown("tiny", entries, tables)).toBe(`# tiny: sweep

- plain: the configuration as it is
- rate-2: distil.optimiser.adam.rate = 2, distil.without = \\["a\\|b/&lt;c&gt;"\\]
- worse: distil.steps = 1; failed: exit code 2

## Against the baseline of the same run

${head}
| own | plain | Baseline | 0.500 ± 0.000 | – | – | – | – | – | ${cost} |
| own | plain | Distilled student | 0.555 ± 0.029 | +0.055 | +0.016 to +0.094 | gain | 0.094 | 1.000 | ${cost} |
| own | rate-2 | Baseline | 0.500 ± 0.000 | – | – | – | – | – | ${cost} |
| own | rate-2 | Distilled student | 0.609 ± 0.058 | +0.109 | +0.031 to +0.188 | gain | 0.094 | 1.000 | ${cost} |

${caption("baseline of the same run")}

${remarks}
- plain and rate-2: ${few}

## Against the distilled of plain

${head}
| own | plain | Distilled student | 0.555 ± 0.029 | – | – | – | – | – | ${cost} |
| own | rate-2 | Distilled student | 0.609 ± 0.058 | +0.055 | +0.016 to +0.094 | gain | 0.094 | 1.000 | ${cost} |

${caption("distilled of plain")}

${remarks}
- rate-2: ${few}
`);
});

test("an entry that was chosen says among what, with every try's score, and the table of how many; one that is not yet says so", () => {
  const weights = [1, 10, 100].map((weight) => ({ "distil.steps": 2, "distil.methods.1.weight": weight }));
  const tries = weights.map((sets, i) => ({ sets, dice: [0.70125, null, 0.712][i]! }));
  const entries = [
    { label: "plain", sets: {} },
    { label: "rate-2", sets: weights[2]!, chosen: { tries, one: 2 } },
    { label: "worse", sets: {}, chosen: { tries: tries.slice(0, 2), one: null }, failed: "exit code 3" },
  ];
  const chosen = compareSweep([runs[0]!, { ...runs[1]!, tries: 3 }], { draw });
  const text = sweepMarkdown("tiny", entries, chosen);
  expect(text.split("\n").slice(2, 5)).toEqual([
    "- plain: the configuration as it is",
    "- rate-2: distil.steps = 2, distil.methods.1.weight = 100; chosen on validation, 3 of 3: pooled Dice 0.7013 with distil.methods.1.weight = 1; none with distil.methods.1.weight = 10; 0.7120 with distil.methods.1.weight = 100",
    "- worse: to be chosen on validation, of 2; failed: exit code 3",
  ]);
  const cells = text.split("\n").flatMap((row) => (row.startsWith("| own") ? [row.split(" | ").slice(1, 5)] : []));
  expect(cells).toEqual([
    ["plain", "Baseline", "–", "0.500 ± 0.000"],
    ["plain", "Distilled student", "1", "0.555 ± 0.029"],
    ["rate-2", "Baseline", "–", "0.500 ± 0.000"],
    ["rate-2", "Distilled student", "3", "0.609 ± 0.058"],
    ["plain", "Distilled student", "1", "0.555 ± 0.029"],
    ["rate-2", "Distilled student", "3", "0.609 ± 0.058"],
  ]);
  expect(text).toContain("\n\nTries: settings that were trained, of which the validation data alone chose this one. Dice: mean");
  const lines = sweepCsv(chosen).trimEnd().split("\r\n");
  expect(lines.map((line) => line.split(",").at(-1))).toEqual(["tries", "", "", "", "3", "3"]);
});

test("as one CSV with one head line", () => {
  const lines = sweepCsv(tables).split("\r\n");
  expect(lines.map((line) => line.split(",").slice(0, 4).join(","))).toEqual([
    ...["testSet,unseen,run,model", "own,false,plain,baseline", "own,false,plain,distilled", "own,false,rate-2,baseline"],
    ...["own,false,rate-2,distilled", "own,false,rate-2,distilled", ""],
  ]);
  const against = lines[0]!.split(",").indexOf("againstRun");
  expect(lines.slice(1, 6).map((line) => line.split(",").slice(against, against + 3))).toEqual([
    ["", "", ""],
    ["plain", "baseline", String(3.5 / 64)],
    ["", "", ""],
    ["rate-2", "baseline", String(7 / 64)],
    ["plain", "distilled", String(3.5 / 64)],
  ]);
});
