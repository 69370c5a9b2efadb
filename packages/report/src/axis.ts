import type { ScaleContinuousNumeric } from "d3-scale";
import { markup, type Markup } from "./markup.js";
import { axisNumber } from "./numbers.js";

/** A scale of d3-scale that a plot draws along. */
export type Scale = ScaleContinuousNumeric<number, number>;

/** A coordinate with one digit: small in the file, finer than a screen. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Ticks of a horizontal axis with their grid lines from `top` to `bottom`, numbers below. Pixels. */
export const horizontalAxis = (scale: Scale, ticks: readonly number[], top: number, bottom: number): Markup =>
  markup`<g class="axis">${ticks.map(
    (tick) =>
      markup`<path d="M${at(scale(tick))} ${at(top)}V${at(bottom)}"/><text x="${at(scale(tick))}" y="${at(bottom + 15)}" text-anchor="middle">${axisNumber(tick)}</text>`,
  )}</g>`;

/** Ticks of a vertical axis with their grid lines from `left` to `right`, numbers at the left. Pixels. */
export const verticalAxis = (scale: Scale, ticks: readonly number[], left: number, right: number): Markup =>
  markup`<g class="axis">${ticks.map(
    (tick) =>
      markup`<path d="M${at(left)} ${at(scale(tick))}H${at(right)}"/><text x="${at(left - 5)}" y="${at(scale(tick) + 4)}" text-anchor="end">${axisNumber(tick)}</text>`,
  )}</g>`;

/** Ticks of a logarithmic axis: 1, 2 and 5 times the powers of ten that lie in it, fewer where they would crowd. Source: our choice. */
export const logTicks = (low: number, high: number, most = 5): readonly number[] => {
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => Math.floor(Math.log10(low)) + i,
  );
  const inside = (factors: readonly number[]): readonly number[] =>
    powers
      .flatMap((power) => factors.map((f) => Number(`${f}e${power}`)))
      .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  const fine = inside([1, 2, 5]);
  if (fine.length <= most) return fine;
  const coarse = inside([1]);
  return coarse.filter((_, i) => i % Math.ceil(coarse.length / most) === 0);
};
