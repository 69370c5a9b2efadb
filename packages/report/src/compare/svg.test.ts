import sharp from "sharp";
import { expect, test } from "vitest";
import { oneGroupAfterTheOther, twoRuns } from "../../test/compared-runs.js";
import { compare } from "./compare.js";
import type { Comparison } from "./comparison.js";
import { svg } from "./svg.js";

const comparison = compare(twoRuns(), { draw: oneGroupAfterTheOther(6) });
const picture = svg(comparison);
const all = (pattern: RegExp, text = picture): readonly string[] => [...text.matchAll(pattern)].map((found) => found[1]!);

test("is well-formed, needs nothing beside it, and is the same text again", async () => {
  expect(await sharp(Buffer.from(picture)).metadata()).toMatchObject({ format: "svg" }); // librsvg refuses what is not well-formed
  expect(all(/(https?:[^"]*|var\(|<script|@import|url\(|NaN|undefined|Infinity)/g)).toEqual(["http://www.w3.org/2000/svg"]);
  expect(svg(compare(twoRuns(), { draw: oneGroupAfterTheOther(6) }))).toBe(picture);
});

test("a panel for every test set, a line for every run, what is compared above and below", () => {
  const words = all(/<text[^>]*>(.*?)<\/text>/g).map((text) => text.replace(/<[^>]*>/g, "").replaceAll("&amp;", "&"));
  const ticks = /^[−\d.]+$/;
  expect(words.filter((word) => !ticks.test(word))).toEqual([
    "Dice: difference to the baseline of the same run",
    "own: 6 pictures of 6 groups",
    "← worse",
    "better →",
    "a",
    "+0.055 (+0.016 to +0.094)",
    "=b|_1 & co",
    "−0.008 (−0.094 to +0.078)",
    "far, away, never seen: 1 picture of 1 group",
    "← worse",
    "better →",
    "a",
    "+0.016, no interval",
    "=b|_1 & co",
    "0.000, no interval",
    "Dot: mean. Line: its 95\u00a0% interval. Where that includes 0, no difference is found.",
    "1 seed of every run.",
  ]);
  expect(all(/<desc[^>]*>(.*?)<\/desc>/g)[0]).toContain("own, a: +0.055 (+0.016 to +0.094). own, =b|_1 &amp; co: ");
});

test("dots and lines stand where the axis says, in both panels on the same one", () => {
  const axes = all(/<g class="axis">(.*?)<\/g>/g);
  expect(axes).toHaveLength(2);
  const ticks = all(/<text x="([^"]*)"/g, axes[0]).map(Number);
  expect(all(/<text x="([^"]*)"/g, axes[1]).map(Number)).toEqual(ticks);
  const said = all(/<text[^>]*>([^<]*)</g, axes[0]).map((text) => Number(text.replace("−", "-")));
  const [x0, v0, x1, v1] = [ticks[0]!, said[0]!, ticks.at(-1)!, said.at(-1)!];
  const place = (value: number): number => x0 + ((value - v0) / (v1 - v0)) * (x1 - x0);
  const near = (found: readonly number[], values: readonly number[]): void => {
    expect(found).toHaveLength(values.length);
    found.forEach((x, i) => expect(Math.abs(x - place(values[i]!))).toBeLessThan(0.2)); // coordinates have one digit
  };
  near(all(/<circle[^>]* cx="([^"]*)"/g).map(Number), [0.0546875, -0.0078125, 0.015625, 0]);
  near(all(/class="bar" d="M([^ ]*) /g).map(Number), [0.015625, -0.09375]);
  near(all(/class="bar" d="M[^H]*H([^"]*)"/g).map(Number), [0.09375, 0.078125]);
  near(all(/class="zero" d="M([^ ]*) /g).map(Number), [0, 0]);
});

test("of a metric where less is better the sides are named the other way round", () => {
  const words = svg({ ...comparison, metric: "hd95Mm" });
  expect(words).toContain("← better");
  expect(words).toContain("worse →");
});

test("where nothing is compared it says so", () => {
  const none: Comparison = {
    ...comparison,
    domains: comparison.domains.map((domain) => ({ ...domain, rows: domain.rows.map((row) => ({ ...row, difference: null })) })),
  };
  expect(all(/<text[^>]*>(Nothing[^<]*)</g, svg(none))).toEqual(["Nothing is compared."]);
});
