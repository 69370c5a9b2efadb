import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { elasticShift } from "./elastic.js";
import { mirrored, product, warped, type Matrix, type Patch } from "./warp.js";

/** SciPy and PyTorch with the parameters written beside: the file that core's transforms are held to as well. */
interface Fixture {
  readonly height: number;
  readonly width: number;
  readonly picture: string;
  readonly label: string;
  readonly valid: string;
  readonly warps: readonly {
    readonly name: string;
    readonly top: number;
    readonly left: number;
    readonly height: number;
    readonly width: number;
    readonly degrees: number;
    readonly factor: number;
    readonly deviation?: number;
    readonly spacing?: number;
    readonly control?: string;
    readonly image: string;
    readonly label: string;
    readonly valid: string;
    readonly tie: string;
  }[];
}
const file = new URL("../../../core/src/transforms/fixtures/augment.json", import.meta.url);
const fixture = JSON.parse(readFileSync(file, "utf8")) as Fixture;
const bytes = (code: string): Uint8Array => Uint8Array.from(Buffer.from(code, "base64"));
const floats = (code: string): Float32Array => new Float32Array(bytes(code).buffer);
const { height, width } = fixture;
const source = {
  image: { height, width, channels: 1, data: floats(fixture.picture) },
  label: { height, width, data: bytes(fixture.label) },
  valid: { height, width, data: bytes(fixture.valid) },
};
const empty = (n: number): Patch => ({ image: new Float32Array(n), label: new Uint8Array(n), valid: new Uint8Array(n) });

describe("warped, equal to SciPy and PyTorch with the same parameters", () => {
  it.each(fixture.warps)("$name: $height x $width at $top, $left", (warp) => {
    const size = [warp.height, warp.width] as const;
    const angle = (warp.degrees * Math.PI) / 180;
    const matrix = product([Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)], [1 / warp.factor, 0, 0, 1 / warp.factor]);
    const shift = warp.control === undefined ? undefined : elasticShift(floats(warp.control), warp.deviation!, warp.spacing!, size);
    const patch = empty(warp.height * warp.width);
    warped(source, patch, size, { matrix, centre: [warp.top + warp.height / 2, warp.left + warp.width / 2], shift });
    const expected = floats(warp.image);
    expect(Math.max(...patch.image.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-6);
    expect([...patch.label]).toEqual([...bytes(warp.label)]);
    expect([...patch.valid]).toEqual([...bytes(warp.valid)]);
  });
});

describe("by hand", () => {
  const row = { height: 1, width: 4, channels: 1, data: Float32Array.of(1, 3, 5, 11) };
  const one = {
    image: row,
    label: { height: 1, width: 4, data: Uint8Array.of(0, 1, 2, 3) },
    valid: { height: 1, width: 4, data: Uint8Array.of(1, 1, 0, 1) },
  };

  it("shrinks by ½: the surround is mirrored and does not count", () => {
    // offsets −1½ … 1½ double to −3 −1 1 3: centres at −1 1 3 5, so places −1½ ½ 2½ 4½ between the pixels; −1½ lies between −2 → 1 and −1 → 0
    const patch = empty(4);
    warped(one, patch, [1, 4], { matrix: [2, 0, 0, 2], centre: [0.5, 2] });
    expect([...patch.image]).toEqual([2, 2, 8, 8]);
    expect([...patch.label]).toEqual([0, 1, 3, 2]);
    expect([...patch.valid]).toEqual([0, 1, 1, 0]);
  });

  it("samples a patch from the whole picture: enlarged by 2 around pixel 2", () => {
    // offsets −½ and ½ halve to ∓¼; the centre lies at 2½, so the places are 1¾ and 2¼
    const patch = empty(2);
    warped(one, patch, [1, 2], { matrix: [0.5, 0, 0, 0.5], centre: [0.5, 2.5] });
    expect([...patch.image]).toEqual([4.5, 6.5]);
    expect([...patch.valid]).toEqual([0, 0]);
  });

  it("leaves the label alone where there is none", () => {
    const patch = empty(4);
    patch.label.fill(7);
    warped({ ...one, label: null }, patch, [1, 4], { matrix: [1, 0, 0, 1], centre: [0.5, 2] });
    expect([[...patch.image], [...patch.label]]).toEqual([[1, 3, 5, 11], [7, 7, 7, 7]]); // prettier-ignore
  });

  it("mirrors indices with the edge repeated", () => {
    expect([-7, -4, -3, -1, 0, 2, 3, 5, 6, 8].map((i) => mirrored(i, 3))).toEqual([0, 2, 2, 0, 0, 2, 2, 0, 0, 2]);
  });

  it("does the first of a product first", () => {
    const quarter: Matrix = [0, -1, 1, 0];
    const columns: Matrix = [1, 0, 0, -1];
    const picture = { ...one, image: { height: 2, width: 2, channels: 1, data: Float32Array.of(1, 2, 3, 4) } };
    const four = { ...picture, label: null, valid: { height: 2, width: 2, data: Uint8Array.of(1, 1, 1, 1) } };
    const patch = empty(4);
    // clockwise: 3 1 / 4 2; then mirrored: 1 3 / 2 4
    warped(four, patch, [2, 2], { matrix: product(quarter, columns), centre: [1, 1] });
    expect([...patch.image]).toEqual([1, 3, 2, 4]);
  });
});
