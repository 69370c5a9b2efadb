import { describe, expect, it } from "vitest";
import { fitsOne, placer } from "./place.js";
import { nameOf } from "./stem.js";

describe("placer", () => {
  it("takes the folder off, leaves what stands for a star, and knows both nestings of a split", () => {
    expect(placer("images")("images/a/1.png")).toBe("a/1.png");
    expect(placer("images")("Images/1.png")).toBe("1.png");
    expect(placer("images")("train/images/1.png")).toBe("train/1.png");
    expect(placer("images")("images/val/1.png")).toBe("val/1.png");
    expect(placer("images")("images2/1.png")).toBeNull();
    expect(placer("a (x)/images")("a (x)/images/1.png")).toBe("1.png");
    expect(placer(".")("b/1.png")).toBe("b/1.png");
    expect(placer("*/image")("polyp/image/1.png")).toBe("polyp/1.png");
    expect(placer("*/image")("polyp/deep/image/1.png")).toBeNull();
    expect(placer("**/image/?.png")("polyp/deep/image/1.png")).toBe("polyp/deep/1.png");
    expect(placer("**/image/?.png")("image/10.png")).toBeNull();
  });
});

describe("fitsOne", () => {
  it("compares whole paths", () => {
    const fits = fitsOne(["masks/a+b.png", "*_old.png"]);
    expect(["masks/a+b.png", "x_old.png", "masks/x_old.png", "masks/aab.png"].map(fits)).toEqual([true, true, false, false]);
  });
});

describe("nameOf", () => {
  it("cuts endings by the list, packed or not, and nothing else", () => {
    expect(["a.b.png", "labels/im0001.ah.ppm.gz", "CT.1.3.12", "liver.nii.gz", "A.PNG", "x.gz", ".png"].map(nameOf)).toEqual([
      { stem: "a.b", kind: "picture" },
      { stem: "labels/im0001.ah", kind: "picture" },
      { stem: "CT.1.3.12", kind: "other" },
      { stem: "liver", kind: "volume" },
      { stem: "A", kind: "picture" },
      { stem: "x.gz", kind: "other" },
      { stem: ".png", kind: "other" },
    ]);
  });
});
