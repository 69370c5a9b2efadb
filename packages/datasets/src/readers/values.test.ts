import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { binarise, mapped } from "./values.js";

const values = (...data: number[]) => ({ height: 1, width: data.length, channels: 1, data: Uint8Array.from(data) });

describe("binarise", () => {
  it("cuts 8 bits at 128 and 16 bits at 32768", () => {
    expect(binarise(values(0, 1, 66, 127, 128, 255))).toEqual({ height: 1, width: 6, data: Uint8Array.of(0, 0, 0, 0, 1, 1) });
    expect([...binarise({ ...values(0, 0), data: Uint16Array.of(32767, 32768) }).data]).toEqual([0, 1]);
    expect([...binarise(values(0, 40, 50), 50).data]).toEqual([0, 0, 1]);
  });

  it("takes files of 0 and 1 as they are, and an empty one as empty", () => {
    expect([...binarise(values(0, 1, 1)).data]).toEqual([0, 1, 1]);
    expect([...binarise(values(0, 0)).data]).toEqual([0, 0]);
  });
});

describe("mapped", () => {
  const map = new Map([[0, 0], [80, 1], [160, 2], [255, 255]]); // prettier-ignore

  it("looks every value up", () => {
    expect(mapped(values(160, 0, 255, 80), map, "m.png")).toEqual({ height: 1, width: 4, data: Uint8Array.of(2, 0, 255, 1) });
  });

  it("refuses a value that the map does not know", () => {
    expect(() => mapped(values(0, 7, 80, 7, 9), map, "m.png")).toThrow(
      userError(
        "mask-value",
        '[mask] "m.png" has 2 pixels of value 7. Expected only 0, 80, 160, 255. Give 7 a class, or list it under ignore.',
      ),
    );
  });
});
