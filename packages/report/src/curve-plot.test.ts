import { expect, test } from "vitest";
import { curvePlot, readsLogarithmic } from "./curve-plot.js";

const points = (...values: readonly number[]) => values.map((value, i) => ({ step: 10 * i, value, low: value, high: value }));
const plot = { id: "c", title: "teacher: <loss>", steps: [0, 20] as const, logarithmic: false };

test("a curve by hand: an even axis from 0 to 4, 140 pixels high, 282 wide", () => {
  const { html } = curvePlot({ ...plot, points: points(4, 1, 0) });
  expect(html).toContain('<path class="curve" d="M48,8L189,113L330,148"/>');
  expect(html).toContain("teacher: &lt;loss&gt;");
  expect(html).toContain("From 4 at step 0 to 0 at step 20.");
});

test("a logarithmic axis from 0.1 to 10 puts 1 in its middle, and says so", () => {
  const { html } = curvePlot({ ...plot, points: points(10, 1, 0.1), logarithmic: true });
  expect(html).toContain('<path class="curve" d="M48,8L189,78L330,148"/>');
  expect(html).toContain("Logarithmic axis.");
});

test("one point is a dot, a range is a band", () => {
  expect(curvePlot({ ...plot, points: points(3) }).html).toContain('<circle class="curve"');
  expect(curvePlot({ ...plot, points: points(4, 0) }).html).not.toContain('class="band"');
  expect(curvePlot({ ...plot, points: [{ step: 0, value: 3, low: 2, high: 4 }, ...points(1)] }).html).toContain('class="band"');
});

test("logarithmic where a curve is above 0 and spans more than a factor of 20", () => {
  expect(readsLogarithmic(points(1, 0.04))).toBe(true);
  expect(readsLogarithmic(points(1, 0.06))).toBe(false);
  expect(readsLogarithmic(points(1, 0.04, 0))).toBe(false);
  expect(readsLogarithmic([])).toBe(false);
});

test("a marked step: a dashed line over the whole height, a ring on its point, a word on the side with room, a sentence for readers of screens", () => {
  const mark = { word: "best", sentence: "Best after 10 steps." };
  const { html } = curvePlot({ ...plot, points: points(4, 1, 0), mark: { ...mark, step: 20 } });
  expect(html).toContain('<path class="mark" d="M330 8V148"/><circle class="mark" cx="330" cy="148" r="4.5"/>');
  expect(html).toContain('<text class="mark" x="325" y="142" text-anchor="end">best</text></svg>');
  expect(html).toContain("From 4 at step 0 to 0 at step 20. Best after 10 steps.</desc>");
  const between = curvePlot({ ...plot, points: points(4, 1, 0), mark: { ...mark, step: 5 } }).html;
  expect(between).toContain('<path class="mark" d="M118.5 8V148"/><text class="mark" x="123.5" y="142" text-anchor="start">best</text>');
  expect(curvePlot({ ...plot, points: points(4, 1, 0) }).html).not.toContain("mark");
});
