import { describe, expect, it } from "vitest";
import { phantom } from "./phantom.js";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("phantom", () => {
  it("follows from seed, index, camera and size alone", () => {
    const made = phantom(3, 1, "a", 96);
    expect(phantom(3, 1, "a", 96)).toEqual(made);
    for (const other of [phantom(4, 1, "a", 96), phantom(3, 2, "a", 96), phantom(3, 1, "b", 96)]) {
      expect(other.image.data).not.toEqual(made.image.data);
      expect(other.label.data).not.toEqual(made.label.data);
    }
  });

  it("has a disc of a field of view, dark outside, and vessels on 12 to 35 % of it", () => {
    for (const camera of ["a", "b"] as const)
      for (let index = 0; index < 6; index++) {
        const { image, label, fieldOfView } = phantom(0, index, camera, 160);
        const inside = fieldOfView.data.reduce((a, b) => a + b, 0);
        expect(inside / 160 ** 2).toBeGreaterThan(0.63);
        expect(inside / 160 ** 2).toBeLessThan(0.72);
        const vessels = label.data.reduce((a, b) => a + b, 0) / inside;
        expect(vessels).toBeGreaterThan(0.12);
        expect(vessels).toBeLessThan(0.35);
        expect(label.data.every((value, i) => value <= fieldOfView.data[i]!)).toBe(true);
        expect(mean([...image.data].filter((_, i) => fieldOfView.data[Math.floor(i / 3)] === 0))).toBeLessThan(20);
      }
  });

  it("shows vessels darker in green than what is beside them, and less so to camera b", () => {
    const contrast = (camera: "a" | "b"): number => {
      const { image, label, fieldOfView } = phantom(1, 0, camera, 160);
      const green = (vessel: number): number =>
        mean(
          [...label.data.keys()].filter((i) => label.data[i] === vessel && fieldOfView.data[i] === 1).map((i) => image.data[3 * i + 1]!),
        );
      return green(1) / green(0);
    };
    expect(contrast("a")).toBeLessThan(0.72);
    expect(contrast("b")).toBeGreaterThan(contrast("a") + 0.05);
    expect(contrast("b")).toBeLessThan(0.9);
  });

  it("draws no vessel thinner than 2 pixels: nearly every vessel pixel lies in a 2 by 2 block of vessel", () => {
    const { label } = phantom(2, 5, "a", 160);
    const at = (row: number, column: number): number => label.data[row * 160 + column] ?? 0;
    let [all, thick] = [0, 0];
    for (let row = 1; row < 159; row++)
      for (let column = 1; column < 159; column++) {
        if (at(row, column) === 0) continue;
        all++;
        const block = (down: number, right: number): boolean =>
          at(row + down, column) + at(row, column + right) + at(row + down, column + right) === 3;
        if (block(1, 1) || block(1, -1) || block(-1, 1) || block(-1, -1)) thick++;
      }
    expect(thick / all).toBeGreaterThan(0.99);
  });
});
