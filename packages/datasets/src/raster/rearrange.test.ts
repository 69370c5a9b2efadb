import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { crop, flipColumns, flipRows, pad, reflected, turn } from "./rearrange.js";

const mask = { height: 2, width: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
const picture = { height: 2, width: 3, channels: 2, data: Uint16Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60) };

describe("rearranging", () => {
  it("flips", () => {
    expect([...flipColumns(mask).data]).toEqual([3, 2, 1, 6, 5, 4]);
    expect([...flipRows(mask).data]).toEqual([4, 5, 6, 1, 2, 3]);
    expect(flipRows(picture)).toEqual({ ...picture, data: Uint16Array.of(4, 40, 5, 50, 6, 60, 1, 10, 2, 20, 3, 30) });
  });

  it("turns clockwise", () => {
    expect(turn(mask, 0)).toBe(mask);
    expect(turn(mask, 1)).toEqual({ height: 3, width: 2, data: Uint8Array.of(4, 1, 5, 2, 6, 3) });
    expect(turn(mask, 2)).toEqual({ height: 2, width: 3, data: Uint8Array.of(6, 5, 4, 3, 2, 1) });
    expect(turn(mask, 3)).toEqual({ height: 3, width: 2, data: Uint8Array.of(3, 6, 2, 5, 1, 4) });
    expect(turn(turn(picture, 1), 3)).toEqual(picture);
  });

  it("crops", () => {
    expect(crop(picture, { top: 1, left: 1, height: 1, width: 2 })).toEqual({
      height: 1,
      width: 2,
      channels: 2,
      data: Uint16Array.of(5, 50, 6, 60),
    });
    expect(() => crop(mask, { top: 1, left: 2, height: 1, width: 2 })).toThrow(
      userError(
        "crop-outside",
        "[crop] rows and columns 1..1, 2..3 are not inside the picture of 2 x 3. Choose a smaller part, or pad first.",
      ),
    );
  });

  it("pads with a number and by mirroring", () => {
    expect(pad(mask, { top: 1, bottom: 0, left: 0, right: 1 }, 9)).toEqual({
      height: 3,
      width: 4,
      data: Uint8Array.of(9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9),
    });
    expect([...pad(mask, { top: 1, bottom: 2, left: 2, right: 0 }, "reflect").data]).toEqual([
      6, 5, 4, 5, 6, 3, 2, 1, 2, 3, 6, 5, 4, 5, 6, 3, 2, 1, 2, 3, 6, 5, 4, 5, 6,
    ]);
  });

  it("mirrors as often as needed", () => {
    expect([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((i) => reflected(i, 3))).toEqual([1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]);
    expect(reflected(-7, 1)).toBe(0);
  });
});
