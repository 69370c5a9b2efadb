import { mean } from "d3-array";
import { curveFigure } from "./curve-figure.js";
import { readsLogarithmic } from "./curve-plot.js";
import { markup, type Markup, type Piece } from "./markup.js";
import { notes } from "./notes.js";
import { axisNumber, counted, listed, score } from "./numbers.js";
import type { PairCosine, StageCurves, StageGradients } from "./report-input.js";
import { table } from "./table.js";
import { sharesTable, termShares } from "./term-shares.js";

/** Mean cosines nearer to 0 than this are called neither alike nor against. Source: our choice. */
const little = 0.1;

/** What a mean cosine says, in words. Source: our choice. */
export const pull = (cosine: number): string =>
  cosine >= little ? "pull alike" : cosine <= -little ? "pull against each other" : "hardly touch each other";

/**
 * How the terms of a stage pull at what it trains: norms over time, what each has of loss and gradient, mean cosines between two terms, and how to read them.
 * `terms` are the stage's curves; `id` makes ids unique; `steps` are the first and last of the stage. Source: our choice.
 */
export const stageGradients = (
  { norms, cosines }: StageGradients,
  about: { readonly id: string; readonly stage: string; readonly steps: readonly [number, number]; readonly terms: StageCurves["terms"] },
): Markup => {
  const { id, stage, steps, terms } = about;
  const all = Object.entries(norms);
  const still = all.filter(([, { points, notFinite }]) => notFinite === 0 && points.every(({ high }) => high === 0)).map(([term]) => term);
  const moving = all.filter(([term]) => !still.includes(term));
  const figures = moving.map(([term, { points, notFinite }], i) => {
    const middle = mean(points, ({ value }) => value);
    const words = [
      middle === undefined ? "" : `mean ${axisNumber(Number(middle.toPrecision(3)))}`,
      notFinite === 0 ? "" : `not finite ${counted(notFinite, "time")}`,
    ];
    return curveFigure({
      ...{ id: `${id}-g${i}`, stage, name: `Gradient of ${term}`, points, steps, logarithmic: readsLogarithmic(points) },
      about: words.filter((text) => text !== "").join(", "),
    });
  });
  return markup`<h4>How the terms pull</h4><p>The norm of each term's weighted gradient over everything that ${stage} trains, for one batch before the first step of an epoch. A large norm means that this term decides where the step goes. Each curve has an axis of its own.</p>
${still.length === 0 ? null : markup`<p>At nothing pulled, each time: ${listed(still)}.</p>`}<div class="plots curves">${figures}</div>${sharesTable(stage, termShares(terms, norms))}${cosineTable(stage, cosines)}`;
};

const cosineTable = (stage: string, cosines: readonly PairCosine[]): Markup | null => {
  if (cosines.length === 0) return null;
  const note = notes();
  const rows = cosines.map(({ pair, mean, low, high, n, nulls }) => {
    const lost: Piece =
      nulls === 0 ? null : note.mark(`${counted(nulls, "time")} left out: one of the two pulled at nothing, or was not finite`);
    return {
      cells: [
        pair,
        mean === null ? "–" : score(mean),
        low === null || high === null ? "–" : `${score(low)} to ${score(high)}`,
        [String(n), lost],
        mean === null ? "not known" : pull(mean),
      ],
    };
  });
  const caption = `${stage}: cosine between the gradients of two terms, mean and range over the times that it was looked at. Near 1 they pull alike, near 0 they hardly touch each other, near −1 they pull against each other: a step along the one undoes the other.`;
  return markup`${table({ caption, head: ["Terms", "Mean cosine", "Range", "Times", "In words"], rows, words: [4] })}${note.list()}`;
};
