import { extent } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";
import { area, line } from "d3-shape";
import { at, horizontalAxis, logTicks, verticalAxis, type Scale } from "./axis.js";
import { markup, type Markup } from "./markup.js";
import { axisNumber } from "./numbers.js";
import type { CurvePoint } from "./report-input.js";

/** A curve over steps. */
export interface CurvePlot {
  readonly id: string;
  readonly title: string;
  readonly points: readonly CurvePoint[];
  /** First and last step of the stage. */
  readonly steps: readonly [number, number];
  /** See {@link readsLogarithmic}. */
  readonly logarithmic: boolean;
  /** Pixels; 170 if left out. */
  readonly height?: number;
  /** A step that is marked by a dashed line with a word, and what it is in a sentence. */
  readonly mark?: { readonly step: number; readonly word: string; readonly sentence: string };
}

const width = 340;
const margin = { left: 48, right: 10, top: 8, bottom: 22 };

/** Whether a curve is better read on a logarithmic axis: all above 0, and its mean falls or rises by more than a factor of 20. Source: our choice. */
export const readsLogarithmic = (points: readonly CurvePoint[]): boolean => {
  const [low, high] = extent(points, ({ value }) => value);
  return low !== undefined && points.every((point) => point.low > 0) && high / low > 20;
};

/** A curve as inline SVG: the mean of each point as a line, its range as a band; title and description for screen readers. Source: our choice. */
export const curvePlot = ({ id, title, points, steps, logarithmic, height = 170, mark }: CurvePlot): Markup => {
  const bottom = height - margin.bottom;
  const x = scaleLinear(steps[0] === steps[1] ? [steps[0] - 1, steps[1] + 1] : steps, [margin.left, width - margin.right]);
  const y = verticalScale(points, logarithmic, bottom);
  const [low, high] = y.domain();
  const yTicks = logarithmic ? logTicks(low!, high!) : y.ticks(height < 100 ? 2 : 4);
  const xTicks = x.ticks(4).filter(Number.isInteger);
  const short = (value: number): number => Number(at(value)); // d3 writes three digits, one is finer than a screen
  const across = ({ step }: CurvePoint): number => short(x(step));
  const middle = line<CurvePoint>(across, ({ value }) => short(y(value)))(points) ?? "";
  const range = area<CurvePoint>(
    across,
    ({ low }) => short(y(low)),
    ({ high }) => short(y(high)),
  );
  const band = points.some((point) => point.low < point.high) ? range(points) : null;
  const only = points.length === 1 ? points[0]! : null;
  return markup`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${story(points)}${logarithmic ? " Logarithmic axis." : ""}${mark ? ` ${mark.sentence}` : null}</desc>
${verticalAxis(y, yTicks, margin.left, width - margin.right)}${horizontalAxis(x, xTicks, bottom, bottom)}
${band ? markup`<path class="band" d="${band}"/>` : null}${only ? markup`<circle class="curve" cx="${at(x(only.step))}" cy="${at(y(only.value))}" r="3"/>` : markup`<path class="curve" d="${middle}"/>`}${mark ? markOf(mark, x(mark.step), points, y, bottom) : null}</svg>`;
};

/** The line, its word on the side that has room, and a ring where the curve has a point at that step. */
const markOf = (
  { step, word }: NonNullable<CurvePlot["mark"]>,
  x: number,
  points: readonly CurvePoint[],
  y: Scale,
  bottom: number,
): Markup => {
  const leftHalf = x < (margin.left + width - margin.right) / 2;
  const point = points.find((one) => one.step === step);
  return markup`<path class="mark" d="M${at(x)} ${margin.top}V${bottom}"/>${point ? markup`<circle class="mark" cx="${at(x)}" cy="${at(y(point.value))}" r="4.5"/>` : null}<text class="mark" x="${at(leftHalf ? x + 5 : x - 5)}" y="${bottom - 6}" text-anchor="${leftHalf ? "start" : "end"}">${word}</text>`;
};

const verticalScale = (points: readonly CurvePoint[], logarithmic: boolean, bottom: number): Scale => {
  const [low = 0, high = 1] = extent(points.flatMap((point) => [point.low, point.high]));
  const range = [bottom, margin.top];
  if (logarithmic) return scaleLog([low, high], range);
  const air = low === high ? Math.max(Math.abs(low) * 0.1, 1e-9) : 0;
  return scaleLinear([low - air, high + air], range).nice(4);
};

const story = (points: readonly CurvePoint[]): string => {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return "No step was recorded.";
  const short = (value: number): string => axisNumber(Number(value.toPrecision(3)));
  return `From ${short(first.value)} at step ${first.step} to ${short(last.value)} at step ${last.step}.`;
};
