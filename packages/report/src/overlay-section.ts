import type { DomainScores } from "@segdistill/core";
import { agreement, layers, type Agreement, type Layer } from "./agreement.js";
import { detailWindow, type Window } from "./detail-window.js";
import { notADataUrl } from "./errors.js";
import { markup, type Markup, type Piece } from "./markup.js";
import { maskPng } from "./mask-png.js";
import { inOrder, metricName, modelName } from "./names.js";
import { score } from "./numbers.js";
import type { ReportInput, ShownCase } from "./report-input.js";

const meaning: Readonly<Record<Layer, string>> = {
  tp: "found (true positive)",
  fp: "false alarm (false positive)",
  fn: "missed (false negative)",
  other: "found as another class",
};
const dataUrl = /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/;
/** Screen pixels that a whole picture and a detail are about wide: hatching is drawn for that size. */
const shownWidth = 240;

/**
 * Pictures with truth and predictions laid over each other: best, median and worst of every domain, whole and in detail.
 * Found pixels are filled, false alarms hatched upwards, missed ones downwards, in colours that differ in lightness too.
 * Throws report-picture, report-mask-size, report-mask-length. Source: our choice; colours: IBM's palette for colour-blind readers.
 */
export const overlaySection = ({ results, shown }: ReportInput, metric: string | null): Markup | null => {
  const domains = Object.entries(shown).filter(([, cases]) => cases.length > 0);
  if (domains.length === 0) return null;
  const compared = domains.map(([domain, cases]) => ({ domain, cases: cases.map(compare) }));
  const used = layers.filter(
    (layer) => layer !== "other" || compared.some(({ cases }) => cases.some(({ models }) => models.some((m) => m.counts.other > 0))),
  );
  const scores = (domain: string, model: string): DomainScores | undefined => results.models[model]?.domains[domain];
  const digits = (domain: string, model: string, id: string): string => {
    const value = metric === null ? null : scores(domain, model)?.cases.find((one) => one.id === id)?.[metric];
    return metric !== null && typeof value === "number" ? `${metricName(metric)} ${score(value)}` : "";
  };
  return markup`<section id="pictures"><h2>Pictures</h2>
<p>Of each test set, the pictures on which the distilled student did best, in the middle, and worst${metric === null ? "" : ` by ${metricName(metric)}`}. Under each whole picture, the square in which the student and the baseline make the most errors together.</p>
<fieldset class="legend"><legend>Marks</legend>${used.map(
    (layer) =>
      markup`<label><input type="checkbox" id="show-${layer}" checked><svg class="swatch" viewBox="0 0 28 18" aria-hidden="true"><defs>${patterns(`key-${layer}`, 1)}</defs><rect class="ground" width="28" height="18"/><rect width="28" height="18" fill="${fill(layer, `key-${layer}`)}"/></svg> ${meaning[layer]}</label>`,
  )}</fieldset>
${compared.map(
  ({ domain, cases }, d) =>
    markup`<h3>${domain}${results.data[domain]?.unseen ? markup` <span class="badge">unseen</span>` : null}</h3>${cases.map((one, c) => caseFigure(one, `o${d}-${c}`, (model) => digits(domain, model, one.id)))}`,
)}</section>`;
};

interface ComparedCase extends Pick<ShownCase, "rank" | "id" | "picture"> {
  readonly height: number;
  readonly width: number;
  readonly window: Window;
  readonly models: readonly (Agreement & { readonly model: string })[];
}

const compare = ({ rank, id, picture, truth, valid, predictions }: ShownCase): ComparedCase => {
  if (!dataUrl.test(picture)) throw notADataUrl(id, picture);
  const models = inOrder(Object.keys(predictions)).map((model) => ({
    model,
    ...agreement({ model, id, truth, valid, prediction: predictions[model]! }),
  }));
  const { height, width } = truth;
  const errors = models.filter(({ model }) => model !== "teacher").flatMap(({ masks }) => [masks.fp, masks.fn, masks.other]);
  return { rank, id, picture, height, width, models, window: detailWindow(errors, height, width) };
};

const caseFigure = (one: ComparedCase, id: string, digits: (model: string) => string): Markup => {
  const { rank, picture, height, width, window, models } = one;
  const full = `0 0 ${width} ${height}`;
  const part = `${window.left} ${window.top} ${window.size} ${window.size}`;
  const frame = markup`<rect class="frame" x="${window.left}" y="${window.top}" width="${window.size}" height="${window.size}"/>`;
  const plain = markup`<use href="#${id}"/>`;
  const base = markup`<use class="dimmed" href="#${id}"/>`;
  const both = (title: string, whole: Piece, detail: Piece): Markup =>
    markup`<svg class="view" viewBox="${full}" role="img" aria-label="${title}">${whole}${frame}</svg><svg class="view" viewBox="${part}" role="img" aria-label="${title}, detail">${detail}</svg>`;
  return markup`<div class="shown"><h4>${rank[0]!.toUpperCase()}${rank.slice(1)} <span class="id">${one.id}</span></h4>
<svg class="store" aria-hidden="true"><defs><image id="${id}" width="${width}" height="${height}" preserveAspectRatio="none" href="${picture}"/>${patterns(`${id}w`, width / shownWidth)}${patterns(`${id}d`, window.size / shownWidth)}${models.map(
    ({ masks, counts }, m) =>
      layers
        .filter((layer) => counts[layer] > 0)
        .map(
          (layer) =>
            markup`<mask id="${id}-${m}-${layer}" maskUnits="userSpaceOnUse" x="0" y="0" width="${width}" height="${height}"><image class="mask" width="${width}" height="${height}" preserveAspectRatio="none" href="${maskPng(masks[layer], height, width)}"/></mask>`,
        ),
  )}</defs></svg>
<div class="views"><figure>${both(`The picture ${one.id}`, plain, plain)}<figcaption>Picture</figcaption></figure>${models.map(
    ({ model, counts }, m) => {
      const marks = (view: "w" | "d"): readonly Markup[] =>
        layers
          .filter((layer) => counts[layer] > 0)
          .map(
            (layer) =>
              markup`<rect class="${layer}" width="${width}" height="${height}" fill="${fill(layer, id + view)}" mask="url(#${id}-${m}-${layer})"/>`,
          );
      const said = layers
        .filter((layer) => layer !== "other" || counts.other > 0)
        .map((layer) => `${counts[layer]} pixels ${meaning[layer]}`);
      return markup`<figure>${both(`${modelName(model)}: ${said.join(", ")}`, [base, marks("w")], [base, marks("d")])}<figcaption>${modelName(model)}<br><span class="digits">${digits(model)}</span></figcaption></figure>`;
    },
  )}</div></div>`;
};

const fill = (layer: Layer, id: string): string => (layer === "tp" ? "var(--tp)" : `url(#${id}-${layer})`);

/** Hatching of the three kinds of error, in units of `scale` picture pixels. */
const patterns = (id: string, scale: number): readonly Markup[] =>
  (
    [
      ["fp", -45, "M0 1H6"],
      ["fn", 45, "M0 1H6"],
      ["other", 0, "M0 1H6M1 0V6"],
    ] as const
  ).map(
    ([layer, turn, lines]) =>
      markup`<pattern id="${id}-${layer}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="scale(${Number(scale.toPrecision(4))}) rotate(${turn})"><rect class="${layer}-ground" width="5" height="5"/><path class="${layer}-lines" d="${lines}"/></pattern>`,
  );
