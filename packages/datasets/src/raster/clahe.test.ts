import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import fixture from "../../fixtures/clahe.json" with { type: "json" };
import { clahe } from "./clahe.js";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

describe("clahe", () => {
  it.each(fixture.cases)(
    "is OpenCV's, level by level, at $height x $width, clip $clip, tiles $tiles",
    ({ height, width, clip, tiles, picture, clahe: wanted }) => {
      const { data } = clahe({ height, width, channels: 1, data: bytes(picture) }, { clip, tiles });
      expect(data).toEqual(bytes(wanted));
    },
  );

  it("by hand: one tile without a limit is plain histogram equalisation", () => {
    // Counts 10:1, 20:2, 30:1 of 4 pixels; sums 1, 3, 4 times 255 / 4 = 63.75, 191.25, 255.
    const out = clahe({ height: 1, width: 4, channels: 1, data: Uint8Array.of(10, 20, 30, 20) }, { clip: 256, tiles: 1 });
    expect([...out.data]).toEqual([64, 191, 255, 191]);
  });

  it("has the defaults 2 and 8", () => {
    const { height, width, picture, clahe: wanted } = fixture.cases[0]!;
    const { data } = clahe({ height, width, channels: 1, data: bytes(picture) });
    expect(data).toEqual(bytes(wanted));
  });

  it("refuses what is not one channel of 8 bits", () => {
    expect(() => clahe({ height: 1, width: 2, channels: 1, data: Uint16Array.of(1, 2) })).toThrow(
      userError(
        "clahe-input",
        "[clahe] expected one channel of 8-bit grey, found 1 channel of 16 bits. Put { channel: green } before clahe and resizing and scaling after it, or store the picture with 8 bits.",
      ),
    );
    expect(() => clahe({ height: 1, width: 1, channels: 3, data: Uint8Array.of(1, 2, 3) })).toThrow(
      userError(
        "clahe-input",
        "[clahe] expected one channel of 8-bit grey, found 3 channels of 8 bits. Put { channel: green } before clahe and resizing and scaling after it, or store the picture with 8 bits.",
      ),
    );
  });
});
