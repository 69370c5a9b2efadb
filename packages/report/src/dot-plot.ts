import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { at, horizontalAxis, type Scale } from "./axis.js";
import { dodge } from "./dodge.js";
import { markup, type Markup } from "./markup.js";

/** One dot: a picture. */
export interface Dot {
  readonly value: number;
  /** Said when it is pointed at. */
  readonly title: string;
}

/** One row of dots: a model. */
export interface DotRow {
  /** Also its class in the style sheet, with anything but letters, digits and "-" left out. */
  readonly model: string;
  readonly label: string;
  /** At the right of the label: mean and deviation in digits. */
  readonly digits: string;
  readonly dots: readonly Dot[];
  readonly mean: number | null;
  /** Ends of the bar around the mean; null where there is none. */
  readonly bar: readonly [number, number] | null;
}

/** Rows of dots on one axis. */
export interface DotPlot {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly DotRow[];
  /** Ends of the axis, in the metric's unit. */
  readonly domain: readonly [number, number];
  /** A line at 0 and words at its two sides, for differences. */
  readonly zero?: { readonly left: string; readonly right: string };
}

// Drawn with d3's scales and paths rather than a plotting library: those that know dot plots (Observable Plot, Vega) need a DOM or bring
// hundreds of kilobytes of script to the page, and this page is to be small, self-contained and readable without script.
const width = 400;
const edge = 14;
const rowHeight = 62;
const bandCentre = 40;
const room = 12;

/** An axis that holds all values with a little air, on round numbers; [0, 1] where there are none. */
export const roundDomain = (values: readonly number[]): readonly [number, number] => {
  const [low, high] = extent(values);
  if (low === undefined) return [0, 1];
  const air = Math.max((high - low) * 0.04, 1e-3);
  const [a, b] = scaleLinear([low - air, high + air], [0, 1])
    .nice(6)
    .domain();
  return [a!, b!];
};

/** A plot of rows of dots as inline SVG with title and description. The dots of a row stand at their values and dodge each other. Source: our choice. */
export const dotPlot = ({ id, title, description, rows, domain, zero }: DotPlot): Markup => {
  const scale = scaleLinear(domain, [edge, width - edge]);
  const top = zero ? 20 : 4;
  const bottom = top + rows.length * rowHeight;
  return markup`<svg class="plot" viewBox="0 0 ${width} ${bottom + 22}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${horizontalAxis(scale, scale.ticks(5), top, bottom)}${zero ? zeroLine(scale, zero, top, bottom) : null}
${rows.map((row, i) => rowOf(row, scale, top + i * rowHeight))}</svg>`;
};

const zeroLine = (scale: Scale, words: NonNullable<DotPlot["zero"]>, top: number, bottom: number): Markup => {
  const x = scale(0);
  const say = (text: string, place: number, anchor: string, room: number): Markup | null =>
    room < 90 ? null : markup`<text x="${at(place)}" y="12" text-anchor="${anchor}">${text}</text>`;
  return markup`<path class="zero" d="M${at(x)} ${top - 16}V${at(bottom)}"/>${say(`← ${words.left}`, x - 6, "end", x)}${say(`${words.right} →`, x + 6, "start", width - x)}`;
};

const rowOf = ({ model, label, digits, dots, mean, bar }: DotRow, scale: Scale, top: number): Markup => {
  const y = top + bandCentre;
  const r = dots.length > 60 ? 2.2 : 3.4;
  const places = dots.map(({ value }) => scale(value));
  const offsets = dodge(places, 2 * r, room);
  const kind = model.replace(/[^a-z0-9-]/gi, "");
  return markup`<g class="row ${kind}"><text class="label" x="${edge - 10}" y="${top + 15}">${label}</text><text x="${width - edge + 10}" y="${top + 15}" text-anchor="end">${digits}</text>
${bar && markup`<rect class="bar" x="${at(scale(bar[0]))}" y="${y - 15}" width="${at(Math.max(1, scale(bar[1]) - scale(bar[0])))}" height="30"/>`}${dots.map(
    ({ title }, i) => markup`<circle cx="${at(places[i]!)}" cy="${at(y + offsets[i]!)}" r="${r}"><title>${title}</title></circle>`,
  )}${mean === null ? null : markup`<path class="mean" d="M${at(scale(mean))} ${y - 17}v34"/>`}</g>`;
};
