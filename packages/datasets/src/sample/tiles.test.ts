import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { blended, cutTiles, tiles } from "./tiles.js";

describe("tiles", () => {
  it("by hand: 10 x 6 in tiles of 4 with an overlap of a quarter", () => {
    const tiling = tiles({ height: 10, width: 6, size: 4, overlap: 0.25 });
    expect([tiling.height, tiling.width]).toEqual([4, 4]);
    expect(tiling.margins).toEqual({ top: 0, bottom: 0, left: 0, right: 0 });
    // Rows 0, 3, 6; columns 0, 2: at least one pixel in common.
    expect(tiling.tiles.map(({ top, left }) => [top, left])).toEqual([[0, 0], [0, 2], [3, 0], [3, 2], [6, 0], [6, 2]]); // prettier-ignore
    // Overlap 1: half at the edge, 1 inside; corners a quarter.
    expect([...tiling.weights]).toEqual([0.25, 0.5, 0.5, 0.25, 0.5, 1, 1, 0.5, 0.5, 1, 1, 0.5, 0.25, 0.5, 0.5, 0.25]);
  });

  it("mirrors what is smaller than a tile, up to a multiple", () => {
    const tiling = tiles({ height: 5, width: 70, size: 40, overlap: 0, multiple: 16 });
    expect([tiling.height, tiling.width]).toEqual([16, 48]);
    expect(tiling.margins).toEqual({ top: 5, bottom: 6, left: 0, right: 0 });
    expect(tiling.tiles.map(({ left }) => left)).toEqual([0, 22]);
    expect(tiling.weights.every((weight) => weight === 1)).toBe(true);
  });

  it("takes the whole picture at once", () => {
    const tiling = tiles({ height: 33, width: 64, size: Infinity, multiple: 32 });
    expect([tiling.height, tiling.width, tiling.tiles.length]).toEqual([64, 64, 1]);
    expect(tiling.margins).toEqual({ top: 15, bottom: 16, left: 0, right: 0 });
  });

  it.each([
    [{ height: 37, width: 53, size: 16, overlap: 0.25, multiple: 8 }],
    [{ height: 11, width: 90, size: 32, overlap: 0.6, multiple: 32 }],
    [{ height: 5, width: 3, size: 24, overlap: 0, multiple: 8 }],
  ])("puts together what it cut apart: %j", (options) => {
    const { height, width } = options;
    const picture = {
      height,
      width,
      channels: 2,
      data: Float32Array.from({ length: height * width * 2 }, (_, i) => Math.sin(i * 12.9) * 100),
    };
    const tiling = tiles(options);
    const cut = cutTiles(tiling, picture);
    expect(cut.every((tile) => tile.height === tiling.height && tile.width === tiling.width)).toBe(true);
    const back = blended(tiling, cut, picture);
    expect([back.height, back.width, back.channels]).toEqual([height, width, 2]);
    expect(Math.max(...picture.data.map((value, i) => Math.abs(value - back.data[i]!)))).toBeLessThan(1e-4);
  });

  it("by hand: blends two tiles by their weights", () => {
    // Tiles of 4 at 0 and 2 in a row of 6, overlap 2: ramp 1/3, 2/3, 2/3, 1/3; the one row counts 1/3 everywhere.
    const tiling = tiles({ height: 1, width: 6, size: 4, overlap: 0.5 });
    const tile = (value: number) => ({ height: 1, width: 4, channels: 1, data: new Float32Array(4).fill(value) });
    const { data } = blended(tiling, [tile(0), tile(9)], { height: 1, width: 6 });
    [0, 0, 3, 6, 9, 9].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 5));
  });

  it("refuses sizes that make no sense", () => {
    expect(() => tiles({ height: 10, width: 6, size: 4, overlap: 1 })).toThrow(
      userError("tile-options", "[tiles] overlap is 1. Expected a share of 0 to below 1. Change it."),
    );
    expect(() => tiles({ height: 0, width: 6, size: 4 })).toThrow(
      userError("tile-options", "[tiles] height is 0. Expected a whole number from 1 on. Change it."),
    );
    expect(() => tiles({ height: 10, width: 6, size: NaN })).toThrow(
      userError("tile-options", "[tiles] size is NaN. Expected at least 1 pixel. Change it."),
    );
  });
});
