import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { decodePnm, isPnm, spread } from "./pnm.js";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const file = (header: string, ...pixels: number[]): Uint8Array => Uint8Array.of(...text(header), ...pixels);

describe("decodePnm", () => {
  it.each([
    ["one line", "P5 3 2 255\n"],
    ["one comment", "P5\n# CREATOR: XV Version 3.10a  Rev: 12/29/94\n3 2\n255\n"],
    ["two comments", "P5\n# CREATOR: XV\n# Quality = 75, 3 2\n3 2\n255\n"],
    ["comments between and after numbers", "P5 3# width\n#\n2 255# the end\n"],
    ["a carriage return as the one white space", "P5\r\n3 2\r\n255\r"],
  ])("reads P5 with %s; white space and # in the pixels are pixels", (_, header) => {
    expect(decodePnm(file(header, 10, 13, 0x23, 32, 255, 0), "a.pgm")).toEqual({
      height: 2,
      width: 3,
      channels: 1,
      data: Uint8Array.of(10, 13, 0x23, 32, 255, 0),
      most: 255,
    });
  });

  it("reads P6, channels last, and leaves a second picture in the file alone", () => {
    const bytes = file("P6\n1 2\n255\n", 0x23, 10, 3, 4, 5, 6, ...text("P6\n1 1\n255\n"), 9, 9, 9);
    expect(decodePnm(bytes, "a.ppm")).toEqual({ height: 2, width: 1, channels: 3, data: Uint8Array.of(0x23, 10, 3, 4, 5, 6), most: 255 });
  });

  it("reads 16 bits, big endian", () => {
    const { data, most } = decodePnm(file("P5 2 1 4095\n", 0x01, 0x02, 0x0f, 0xff), "a.pgm");
    expect(data).toEqual(Uint16Array.of(258, 4095));
    expect(spread({ height: 1, width: 2, channels: 1, data, most })).toEqual({
      height: 1,
      width: 2,
      channels: 1,
      data: Uint16Array.of(4129, 65535),
    });
  });

  it("reads text, with comments among the pixels", () => {
    expect(decodePnm(text("P2\n3 1\n15\n0 # zero\n7\n15"), "a.pgm")).toEqual({
      height: 1,
      width: 3,
      channels: 1,
      data: Uint8Array.of(0, 7, 15),
      most: 15,
    });
    expect(decodePnm(text("P3 1 2 300 1 2 300 4 5 6"), "a.ppm")).toEqual({
      height: 2,
      width: 1,
      channels: 3,
      data: Uint16Array.of(1, 2, 300, 4, 5, 6),
      most: 300,
    });
  });

  it("spreads values over 8 bits", () => {
    // 7 of 15 is 119 of 255.
    expect([...spread(decodePnm(text("P2 3 1 15 0 7 15"), "a.pgm")).data]).toEqual([0, 119, 255]);
  });

  it("knows its files", () => {
    expect(["P2\n", "P3 ", "P5#", "P6\n"].every((s) => isPnm(text(s)))).toBe(true);
    expect(["P1 ", "P4 ", "P55", "PNG", "P5"].some((s) => isPnm(text(s)))).toBe(false);
  });

  it.each([
    ["too few pixels", file("P5 3 2 255\n", 1, 2, 3), "a P5 file with 3 bytes of pixels instead of 6"],
    ["no height", text("P6\n70"), "a P6 file with no height: it breaks off"],
    ["a word", text("P5 a 2 255\n"), "a P5 file with no width: byte 3 is 97"],
    ["no pixel", file("P5 0 2 255\n"), "a P5 file with a size of 0 x 2"],
    ["a largest value too large", text("P5 1 1 65536\n.."), "a P5 file with 65536 as largest value instead of 1 to 65535"],
    ["a value too large", file("P5 2 1 9\n", 9, 10), "a P5 file with the value 10 above its largest value 9"],
    ["text that ends early", text("P2 3 1 255 1000 1  "), "a P2 file with the value 1000 above its largest value 255"],
    ["text that misses one", text("P2 3 1 255 100 1  "), "a P2 file with no pixel value 2 of 3: it breaks off"],
  ])("refuses %s", (_, bytes, found) => {
    expect(() => decodePnm(bytes, "d/a.pgm")).toThrow(
      userError(
        "picture-unreadable",
        `[picture] "d/a.pgm" cannot be read. Expected a complete PNG, JPEG, TIFF, GIF, WebP, PGM or PPM file, gzipped or not; found ${found}. Download it again, or convert it to PNG.`,
      ),
    );
  });
});
