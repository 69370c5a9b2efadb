import { expect, test } from "vitest";
import { detailWindow } from "./detail-window.js";

test("the square with the most marks, of a quarter of the shorter side", () => {
  const [height, width] = [240, 400];
  const blob = (top: number, left: number, side: number): Uint8Array =>
    Uint8Array.from({ length: height * width }, (_, u) => {
      const [y, x] = [Math.floor(u / width) - top, (u % width) - left];
      return y >= 0 && x >= 0 && y < side && x < side ? 1 : 0;
    });
  const { top, left, size } = detailWindow([blob(20, 30, 10), blob(150, 300, 20)], height, width);
  expect(size).toBe(60);
  expect(top <= 150 && top + size >= 170 && left <= 300 && left + size >= 320).toBe(true);
});

test("a small picture is shown whole; one without marks from its corner", () => {
  expect(detailWindow([new Uint8Array(30 * 40)], 30, 40)).toEqual({ top: 0, left: 0, size: 30 });
});
