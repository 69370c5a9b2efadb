import type { GainRow } from "@segdistill/core";
import { finding, findingWords, type Finding } from "./finding.js";
import { fixedSeeds } from "./fixed-seeds.js";
import { markup, type Markup } from "./markup.js";
import { metricName, modelName } from "./names.js";
import { notes } from "./notes.js";
import { counted, percent, probability, score, signed } from "./numbers.js";
import { table } from "./table.js";

const kind: Readonly<Record<Finding, string>> = { gain: "gain", loss: "loss", "no difference": "soft", unknown: "soft" };

/** A finding in its colour. */
export const findingCell = (found: Finding): Markup => markup`<span class="${kind[found]}">${findingWords[found]}</span>`;

/**
 * Differences on one test set with interval, test, pictures, groups and what they show; below, what training took.
 * A p-value is Holm's where the run corrected it for several sets. Source: our choice.
 */
export const gainsTable = (gains: readonly GainRow[], training: readonly string[]): Markup => {
  if (gains.length === 0) return markup`<p>There is nothing to compare with: no baseline was measured on this set.</p>`;
  const note = notes();
  const rows = gains.map((row) => ({
    cells: [
      metricName(row.metric),
      row.mean === null ? "–" : signed(row.mean),
      row.low === null || row.high === null
        ? ["–", note.mark(row.reason ?? "no reason was given")]
        : `${signed(row.low)} to ${signed(row.high)}`,
      findingCell(finding(row)),
      row.test === undefined
        ? "–"
        : row.test.pHolm === null
          ? ["–", note.mark(row.test.reason ?? "no reason was given")]
          : [
              probability(row.test.pHolm),
              row.test.method === "exact" ? null : note.mark("normal approximation: there are ties or many groups"),
            ],
      row.test?.effect == null ? "–" : score(row.test.effect),
      [
        row.n,
        row.nulls === undefined || row.nulls === 0
          ? null
          : note.mark(`${counted(row.nulls, "picture")} left out: without a value on one of the two sides`),
      ],
      row.groups ?? "–",
      row.seeds ?? "–",
    ],
  }));
  const { level, method, model, against } = gains[0]!;
  const caption = `${modelName(model)} minus ${modelName(against).toLowerCase()}, mean over pictures, with ${percent(level)} interval (${method}). Where the interval includes 0, no difference is found. p: Wilcoxon's signed-rank test over groups, corrected for the number of test sets (Holm). Effect: rank-biserial correlation, −1 to 1.`;
  const apart = fixedSeeds(gains);
  const head = ["Metric", "Difference", `${percent(level)} interval`, "Finding", "p", "Effect", "Pictures", "Groups", "Seeds"];
  return markup`${table({ caption: apart === null ? caption : `${caption} ${apart}`, head, rows, words: [3] })}${note.list()}<p class="note">${training.join(" ")}</p>`;
};
