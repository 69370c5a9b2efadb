import { describe, expect, it } from "vitest";
import { prepareSchema } from "./schema.js";

const problems = (value: unknown) => prepareSchema.safeParse(value).error?.issues.map(({ path, message }) => [path.join("."), message]);

describe("prepareSchema", () => {
  it("takes the list of interfaces.md 2", () => {
    const list = [{ channel: "green" }, { clahe: { clip: 2, tiles: 8 } }, { fieldOfViewWidth: 512 }, { scale: 255 }];
    expect(prepareSchema.parse(list)).toEqual(list);
  });

  it("refuses unknown steps, keys and values, and names what there is", () => {
    const forms =
      "{ window: { from, to } | { percentiles } }, { channel: green | grey | red | blue }, { clahe: { clip, tiles } }, { fieldOfViewWidth: pixels }, { resize: [height, width] }, { scale: divisor }";
    const no = (found: string) => [["0", `[prepare] ${found} is no step. Expected one of ${forms}. Correct it.`]];
    expect(problems([{ blur: 2 }])).toEqual(no('{"blur":2}'));
    expect(problems([{ channel: "green", scale: 2 }])).toEqual(no('{"channel":"green","scale":2}'));
    expect(problems([{ clahe: { clip: 0 } }])).toEqual([["0.clahe.clip", "Too small: expected number to be >0"]]);
    expect(problems([{ clahe: { limit: 2 } }])).toEqual(no('{"clahe":{"limit":2}}'));
  });

  it("takes a window first of all, liver's by default, with bounds in order", () => {
    expect(prepareSchema.parse([{ window: {} }, { scale: 255 }])).toEqual([{ window: { from: -100, to: 240 } }, { scale: 255 }]);
    expect(prepareSchema.parse([{ window: { percentiles: [1, 99] } }])).toEqual([{ window: { percentiles: [1, 99] } }]);
    expect(problems([{ scale: 255 }, { window: {} }])).toEqual([
      ["1", '[prepare] "window" comes after "scale". Expected it first, where values are as read. Move it up.'],
    ]);
    expect(problems([{ window: { from: 5, to: 5 } }])?.length).toBe(1);
    expect(problems([{ window: { percentiles: [99, 1] } }])?.length).toBe(1);
  });

  it("refuses a step twice, two resizings, CLAHE on what has no 8 bits any more", () => {
    expect(problems([{ scale: 2 }, { scale: 3 }])).toEqual([
      ["1", '[prepare] step "scale" is there twice. Expected every step at most once. Take one out.'],
    ]);
    expect(problems([{ resize: [2, 3] }, { fieldOfViewWidth: 512 }])).toEqual([
      ["1", '[prepare] both "fieldOfViewWidth" and "resize" are there. Expected one of them. Take one out.'],
    ]);
    expect(problems([{ channel: "green" }, { scale: 255 }, { clahe: {} }])).toEqual([
      ["2", '[prepare] "clahe" comes after "scale". Expected it before, where pictures still have 8 bits. Move it up.'],
    ]);
  });
});
