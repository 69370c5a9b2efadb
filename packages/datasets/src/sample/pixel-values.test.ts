import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalNumbers } from "./normal-numbers.js";
import { blurred, brightened, contrasted, gammaCorrected, grained, withinRange } from "./pixel-values.js";

interface Fixture {
  readonly height: number;
  readonly width: number;
  readonly wide: string;
  readonly appearance: readonly {
    readonly name: "brightness" | "contrast" | "gamma" | "blur";
    readonly parameter: number;
    readonly image: string;
  }[];
}
const file = new URL("../../../core/src/transforms/fixtures/augment.json", import.meta.url);
const fixture = JSON.parse(readFileSync(file, "utf8")) as Fixture;
const floats = (code: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(code, "base64")).buffer);

describe("equal to SciPy and the formulas, in the range [-1, 3]; core's transforms are held to the same file", () => {
  it.each(fixture.appearance)("$name $parameter", ({ name, parameter, image }) => {
    const change = {
      brightness: (t: Float32Array) => brightened(t, parameter),
      contrast: (t: Float32Array) => contrasted(t, parameter),
      gamma: (t: Float32Array) => gammaCorrected(t, parameter),
      blur: (t: Float32Array) => blurred(t, [fixture.height, fixture.width], parameter, 6),
    }[name];
    const pixels = floats(fixture.wide);
    withinRange(pixels, [-1, 3], change);
    const expected = floats(image);
    expect(Math.max(...pixels.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
  });
});

describe("by hand", () => {
  const close = (found: Float32Array, expected: number[]) => expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6));
  const four = (): Float32Array => Float32Array.of(0.2, 0.4, 0.6, 0.8);

  it("is held in the range", () => {
    const pixels = four();
    withinRange(pixels, [0, 1], (t) => brightened(t, 0.3));
    close(pixels, [0.5, 0.7, 0.9, 1]);
    const wide = four();
    withinRange(wide, [-2, 2], (t) => brightened(t, 0.3));
    close(wide, [1.4, 1.6, 1.8, 2]);
  });

  it("contrast around the mean ½, grain of ½ deviation", () => {
    const pixels = four();
    contrasted(pixels, 2);
    close(pixels, [-0.1, 0.3, 0.7, 1.1]);
    const numbers = [1, -1, 0.5, 2];
    const grainy = four();
    grained(grainy, 0.2, () => numbers.shift()!);
    close(grainy, [0.4, 0.2, 0.7, 1.2]);
  });

  it("blur of one bright pixel: weights 1, e^-½, e^-2 over their sum", () => {
    const [a, b, c] = [1, Math.exp(-0.5), Math.exp(-2)];
    const total = a + 2 * b + 2 * c;
    const pixels = Float32Array.of(0, 0, 0, 1, 0, 0, 0);
    blurred(pixels, [1, 7], 1, 2);
    close(pixels, [0, c, b, a, b, c, 0].map((w) => w / total)); // prettier-ignore
    const edge = Float32Array.of(1, 0, 0, 0, 0, 0, 0);
    blurred(edge, [1, 7], 1, 2);
    close(edge, [(a + b) / total, (b + c) / total, c / total, 0, 0, 0, 0]);
  });

  it.each([0.01, 0.3, 1, 2.5, 100])("gamma %d to 1e-4 of the power, dark pixels too", (exponent) => {
    const values = Float32Array.from({ length: 5001 }, (_, i) => (i / 5000) ** 3);
    const pixels = values.slice();
    gammaCorrected(pixels, exponent);
    expect(Math.max(...pixels.map((value, i) => Math.abs(value - values[i]! ** exponent)))).toBeLessThan(1e-4);
    const outside = Float32Array.of(-0.5, 1.5);
    gammaCorrected(outside, exponent);
    expect([...outside]).toEqual([0, 1]);
  });
});

describe("normalNumbers", () => {
  it("are quantiles of the normal distribution, each as often", () => {
    const next = normalNumbers("a key");
    const drawn = Float32Array.from({ length: 200_000 }, next).sort();
    const mean = drawn.reduce((sum, z) => sum + z, 0) / drawn.length;
    const square = drawn.reduce((sum, z) => sum + z * z, 0) / drawn.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(square - 1)).toBeLessThan(0.01);
    // scipy.stats.norm.ppf: 1 %, 25 %, 97.5 %
    expect(drawn[2000]).toBeCloseTo(-2.3263, 1);
    expect(drawn[50_000]).toBeCloseTo(-0.67449, 1);
    expect(drawn[195_000]).toBeCloseTo(1.95996, 1);
  });

  it("has SciPy's numbers in its table", () => {
    // scipy.stats.norm.ppf((k + 0.5) / 65536) for k = 32768, 65500, 65535: the first positive one, one far out, the largest
    const drawn = new Set<number>();
    const next = normalNumbers("many");
    for (let i = 0; i < 1_500_000; i++) drawn.add(next());
    const nearest = (z: number): number => Math.min(...[...drawn].filter((x) => Math.abs(x - z) < 1).map((x) => Math.abs(x - z)));
    expect(nearest(1.9124056051512087e-5)).toBeLessThan(1e-9);
    expect(nearest(3.267929358817339)).toBeLessThan(1e-6);
    expect(nearest(-4.324919040826045)).toBeLessThan(1e-4);
    expect(drawn.size).toBe(65_536);
  });

  it("differ by key and repeat with it", () => {
    const of = (key: string): number[] => Array.from({ length: 8 }, normalNumbers(key));
    expect(of("a")).toEqual(of("a"));
    expect(of("a")).not.toEqual(of("b"));
  });
});
