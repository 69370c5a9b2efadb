import { expect, test } from "vitest";
import { oneGroupAfterTheOther, twoRuns } from "../../test/compared-runs.js";
import { compare } from "./compare.js";
import type { Comparison } from "./comparison.js";
import { comparisonFormats } from "./formats.js";

const { markdown, csv, latex, html, svg } = comparisonFormats;
const comparison = compare(twoRuns(), { draw: oneGroupAfterTheOther(6) });
const nb = "\u00a0";

test("Markdown, whole", () => {
  expect(markdown(comparison)).toBe(`\
| Test set | Run | Model | Dice | Difference | 95${nb}% interval | Finding | p (Holm) | Effect | Parameters | MACs | Training | Memory |
| :-- | :-- | :-- | --: | --: | --: | :-- | --: | --: | --: | --: | --: | --: |
| own | a | Teacher | 0.656 ± 0.028 | – | – | – | – | – | 1.94 M | 1.2 G | 1 min 0 s | 1.94 GB |
| own | a | Baseline | 0.500 ± 0.000 | – | – | – | – | – | 403 k | 41.3 M | 1 min 0 s | 1.02 GB |
| own | a | Distilled student | 0.555 ± 0.029 | +0.055 | +0.016 to +0.094 | gain | 0.094 | 1.000 | 403 k | 41.3 M | 1 min 37 s | 1.31 GB |
| own | =b\\|\\_1 &amp; co | Baseline | 0.500 ± 0.000 | – | – | – | – | – | 403 k | 41.3 M | 1 min 0 s | – |
| own | =b\\|\\_1 &amp; co | Distilled student | 0.492 ± 0.066 | −0.008 | −0.094 to +0.078 | no difference found | 1.00 | −0.143 | 403 k | – | – | – |
| far, away (never seen) | a | Teacher | – | – | – | – | – | – | 1.94 M | 1.2 G | 1 min 0 s | 1.94 GB |
| far, away (never seen) | a | Baseline | 0.500 | – | – | – | – | – | 403 k | 41.3 M | 1 min 0 s | 1.02 GB |
| far, away (never seen) | a | Distilled student | 0.516 | +0.016 | – | no difference found | 1.00 | 1.000 | 403 k | 41.3 M | 1 min 37 s | 1.31 GB |
| far, away (never seen) | =b\\|\\_1 &amp; co | Baseline | 0.500 | – | – | – | – | – | 403 k | 41.3 M | 1 min 0 s | – |
| far, away (never seen) | =b\\|\\_1 &amp; co | Distilled student | 0.500 | 0.000 | – | no difference found | – | – | 403 k | – | – | – |

Dice: mean ± standard deviation over pictures. Difference to the baseline of the same run, case by case and seed by seed, with 95${nb}% interval (bootstrap over groups): where it includes 0, no difference is found. p: Wilcoxon's signed-rank test over groups, corrected by Holm for 3 comparisons. Effect: rank-biserial correlation, −1 to 1. MACs: multiply-accumulates for one picture. Training: time. Memory: the most that the process held while training. –: not compared or not known.

- a and =b\\|\\_1 &amp; co: seed 0.
- own: 6 pictures of 6 groups.
- far, away (never seen): 1 picture of 1 group.
- a and =b\\|\\_1 &amp; co: One seed is too few (fewer than 3): how much another seed would change is not known.
- far, away: One group is too few (fewer than 5): nothing is known about other groups.
- far, away, a, teacher: no mean: no value could be computed (1 null).
- far, away, a, distilled: no interval: one group says nothing about the spread between groups.
- far, away, =b\\|\\_1 &amp; co, distilled: no interval: one group says nothing about the spread between groups.
- far, away, =b\\|\\_1 &amp; co, distilled: no p: no pair differs.
`);
});

test("CSV, whole: all digits, CRLF, commas quoted, formulas disarmed, nulls empty", () => {
  const oneGroup = "one group says nothing about the spread between groups";
  // sd in 64ths: √(Σ squares / 5) of 40 42 44 40 42 44: 16; of 1 … 6: 17.5; of 1 −2 3 −4 5 −6: 89.5
  const sd = (squares: number): number => Math.sqrt(squares / 5 / 4096);
  expect(csv(comparison)).toBe(
    [
      "testSet,unseen,run,model,metric,seeds,cases,groups,mean,sd,seedSd,againstRun,againstModel,difference,low,high,level,interval,finding,p,pHolm,test,effect,comparedCases,comparedGroups,comparedSeeds,parameters,macs,trainSeconds,memoryBytes,reason,tries",
      `own,false,a,teacher,dice,1,6,6,0.65625,${sd(16)},,,,,,,,,,,,,,,,,1942418,1204000000,60,1940000000,,`,
      "own,false,a,baseline,dice,1,6,6,0.5,0,,,,,,,,,,,,,,,,,403206,41300000,60,1020000000,,",
      `own,false,a,distilled,dice,1,6,6,0.5546875,${sd(17.5)},,a,baseline,0.0546875,0.015625,0.09375,0.95,bootstrap over groups,gain,0.03125,0.09375,exact,1,6,6,1,403206,41300000,97.1,1310000000,,`,
      "own,false,'=b|_1 & co,baseline,dice,1,6,6,0.5,0,,,,,,,,,,,,,,,,,403206,41300000,60,,,",
      `own,false,'=b|_1 & co,distilled,dice,1,6,6,0.4921875,${sd(89.5)},,'=b|_1 & co,baseline,-0.0078125,-0.09375,0.078125,0.95,bootstrap over groups,no difference found,0.84375,1,exact,${-3 / 21},6,6,1,403206,,,,,`,
      `"far, away",true,a,teacher,dice,1,1,1,,,,,,,,,,,,,,,,,,,1942418,1204000000,60,1940000000,no value could be computed (1 null),`,
      `"far, away",true,a,baseline,dice,1,1,1,0.5,,,,,,,,,,,,,,,,,,403206,41300000,60,1020000000,,`,
      `"far, away",true,a,distilled,dice,1,1,1,0.515625,,,a,baseline,0.015625,,,0.95,bootstrap over groups,no difference found,1,1,exact,1,1,1,1,403206,41300000,97.1,1310000000,${oneGroup},`,
      `"far, away",true,'=b|_1 & co,baseline,dice,1,1,1,0.5,,,,,,,,,,,,,,,,,,403206,41300000,60,,,`,
      `"far, away",true,'=b|_1 & co,distilled,dice,1,1,1,0.5,,,'=b|_1 & co,baseline,0,,,0.95,bootstrap over groups,no difference found,,,no pair differs,,1,1,1,403206,,,,${oneGroup},`,
      "",
    ].join("\r\n"),
  );
});

test("LaTeX, whole", () => {
  expect(latex(comparison)).toBe(String.raw`% \usepackage{booktabs}
\begin{table}
  \caption{Dice: mean $\pm$ standard deviation over pictures. Difference to the baseline of the same run, case by case and seed by seed, with 95~\% interval (bootstrap over groups): where it includes 0, no difference is found. p: Wilcoxon's signed-rank test over groups, corrected by Holm for 3 comparisons. Effect: rank-biserial correlation, $-$1 to 1. MACs: multiply-accumulates for one picture. Training: time. Memory: the most that the process held while training. --: not compared or not known. a and =b$|$\_1 \& co: seed 0. own: 6 pictures of 6 groups. far, away (never seen): 1 picture of 1 group. a and =b$|$\_1 \& co: One seed is too few (fewer than 3): how much another seed would change is not known. far, away: One group is too few (fewer than 5): nothing is known about other groups. far, away, a, teacher: no mean: no value could be computed (1 null). far, away, a, distilled: no interval: one group says nothing about the spread between groups. far, away, =b$|$\_1 \& co, distilled: no interval: one group says nothing about the spread between groups. far, away, =b$|$\_1 \& co, distilled: no p: no pair differs.}
  \begin{tabular}{lllrrrlrrrrrr}
    \toprule
    Test set & Run & Model & Dice & Difference & 95~\% interval & Finding & p (Holm) & Effect & Parameters & MACs & Training & Memory \\
    \midrule
    own & a & Teacher & 0.656 $\pm$ 0.028 & -- & -- & -- & -- & -- & 1.94 M & 1.2 G & 1 min 0 s & 1.94 GB \\
    own & a & Baseline & 0.500 $\pm$ 0.000 & -- & -- & -- & -- & -- & 403 k & 41.3 M & 1 min 0 s & 1.02 GB \\
    own & a & Distilled student & 0.555 $\pm$ 0.029 & +0.055 & +0.016 to +0.094 & gain & 0.094 & 1.000 & 403 k & 41.3 M & 1 min 37 s & 1.31 GB \\
    own & =b$|$\_1 \& co & Baseline & 0.500 $\pm$ 0.000 & -- & -- & -- & -- & -- & 403 k & 41.3 M & 1 min 0 s & -- \\
    own & =b$|$\_1 \& co & Distilled student & 0.492 $\pm$ 0.066 & $-$0.008 & $-$0.094 to +0.078 & no difference found & 1.00 & $-$0.143 & 403 k & -- & -- & -- \\
    \midrule
    far, away (never seen) & a & Teacher & -- & -- & -- & -- & -- & -- & 1.94 M & 1.2 G & 1 min 0 s & 1.94 GB \\
    far, away (never seen) & a & Baseline & 0.500 & -- & -- & -- & -- & -- & 403 k & 41.3 M & 1 min 0 s & 1.02 GB \\
    far, away (never seen) & a & Distilled student & 0.516 & +0.016 & -- & no difference found & 1.00 & 1.000 & 403 k & 41.3 M & 1 min 37 s & 1.31 GB \\
    far, away (never seen) & =b$|$\_1 \& co & Baseline & 0.500 & -- & -- & -- & -- & -- & 403 k & 41.3 M & 1 min 0 s & -- \\
    far, away (never seen) & =b$|$\_1 \& co & Distilled student & 0.500 & 0.000 & -- & no difference found & -- & -- & 403 k & -- & -- & -- \\
    \bottomrule
  \end{tabular}
\end{table}
`);
});

test("HTML: the same cells, one page, nothing loaded, no script, every id once", () => {
  const page = html(comparison);
  const text = (of: string): string => of.replace(/<[^>]*>/g, "").replaceAll("&amp;", "&");
  const rows = [...page.matchAll(/<tr.*?<\/tr>/g)].map(([row]) => [...row.matchAll(/<t[hd].*?<\/t[hd]>/g)].map(([cell]) => text(cell)));
  const expected = markdown(comparison)
    .split("\n")
    .filter((line) => line.startsWith("|") && !line.startsWith("| :--"))
    .map((line) => line.replaceAll("\\|", "¦").split(" | ").slice(1))
    .map((cells) => cells.map((cell) => cell.replace(/ \|$/, "").replaceAll("¦", "|").replaceAll("\\", "").replaceAll("&amp;", "&")));
  expect(rows).toEqual([...expected.slice(0, 6), expected[0], ...expected.slice(6)]); // the head line stands once more: a table for each test set
  expect(page).toContain(
    '<p class="headline">Dice against the baseline of the same run, 4 comparisons: 1 gain and no difference found in 3.</p>',
  );
  expect(page).toContain("<li>far, away: One group is too few (fewer than 5): nothing is known about other groups.</li>");
  expect(page).toContain("content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"");
  expect(page.match(/<script|<iframe|@import|\son[a-z]+="|(src|href)="https?:|url\(|NaN|undefined|Infinity/i)).toBe(null);
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
  expect(new Set(ids).size).toBe(ids.length);
  expect(html(compare(twoRuns(), { draw: oneGroupAfterTheOther(6) }))).toBe(page);
});

test("several seeds have one more column; the word gain stands only where there is one", () => {
  const none: Comparison = {
    ...comparison,
    runs: [{ label: "a", seeds: [0, 1] }],
    cautions: [],
    domains: comparison.domains.slice(0, 1).map((domain) => ({
      ...domain,
      rows: domain.rows.slice(2, 3).map((row) => ({
        ...{ ...row, seeds: 2, seedSd: 0.0123 },
        difference: {
          ...row.difference!,
          low: -0.1,
          finding: "no difference" as const,
          seeds: 2,
          method: "bootstrap over seeds and groups",
        },
      })),
    })),
  };
  expect(markdown(none)).toBe(`\
| Test set | Model | Dice | SD of seeds | Difference | 95${nb}% interval | Finding | p (Holm) | Effect | Parameters | MACs | Training | Memory |
| :-- | :-- | --: | --: | --: | --: | :-- | --: | --: | --: | --: | --: | --: |
| own | Distilled student | 0.555 ± 0.029 | 0.012 | +0.055 | −0.100 to +0.094 | no difference found | 0.094 | 1.000 | 403 k | 41.3 M | 1 min 37 s | 1.31 GB |

Dice: mean ± standard deviation over pictures, each averaged over the seeds. Difference to the baseline of the same run, case by case and seed by seed, with 95${nb}% interval (bootstrap over seeds and groups): where it includes 0, no difference is found. p: Wilcoxon's signed-rank test over groups (of these seeds: other seeds are the interval's matter), corrected by Holm for 3 comparisons. Effect: rank-biserial correlation, −1 to 1. MACs: multiply-accumulates for one picture. Training: time, mean over the seeds. Memory: the most that the process held while training, of any seed. –: not compared or not known.

- a: seeds 0, 1.
- own: 6 pictures of 6 groups.
`);
  for (const [name, write] of Object.entries(comparisonFormats)) {
    const words = write(none)
      .replace(/<style>[^]*?<\/style>/, "")
      .replace(/<[^>]*>/g, " ");
    expect([name, words.match(/\bgain|improv/i)]).toEqual([name, null]);
  }
});

const hostile = `@SUM("1",\n2)\\{}$&#^_~%<script>alert(1)</script>'|[x](y)`;
const wild: Comparison = {
  ...comparison,
  runs: [
    { label: hostile, seeds: [0] },
    { label: "b", seeds: [0] },
  ],
  domains: [{ ...comparison.domains[0]!, domain: hostile, rows: [{ ...comparison.domains[0]!.rows[2]!, run: hostile }] }],
};

test("text from outside stays text in every format", () => {
  expect(csv(wild).split("\r\n")[1]!.startsWith(`"'@SUM(""1"",\n2)\\{}$&#^_~%<script>alert(1)</script>'|[x](y)",false,"'@SUM(`)).toBe(true);
  expect(markdown(wild).split("\n")[2]!).toContain(
    '| @SUM("1", 2)\\\\{}$&amp;\\#^\\_\\~%&lt;script&gt;alert(1)&lt;/script&gt;\'\\|\\[x\\](y) | Distilled student |',
  );
  expect(latex(wild).split("\n")[7]).toContain(
    '& @SUM("1", 2)\\textbackslash{}\\{\\}\\$\\&\\#\\textasciicircum{}\\_\\textasciitilde{}\\%$<$script$>$alert(1)$<$/script$>$\'$|${[}x](y) & Distilled',
  );
  for (const write of [html, svg]) {
    expect(write(wild)).not.toMatch(/<script/);
    expect(write(wild)).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&#39;");
  }
});
