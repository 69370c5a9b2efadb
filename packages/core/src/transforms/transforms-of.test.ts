import { expect, test } from "vitest";
import { userError } from "../errors.js";
import { transformsOf, type Augmentation } from "./index.js";

const list: readonly Augmentation[] = [
  { gamma: { from: 0.7, to: 1.5 } },
  "flips",
  { noise: { from: 0, to: 0.1, range: [-1, 1], probability: 0.5 } },
  { rotate: { degrees: 15 } },
  "rotate90",
  { scale: { from: 0.8, to: 1.25, probability: 0.3 } },
  { elastic: { deviation: 4 } },
  { brightness: { by: 0.2 } },
  { contrast: { from: 0.75, to: 1.33 } },
  { blur: { from: 0, to: 1 } },
];

test("geometric ones as one, then those of pixel values, each group in its order", () => {
  expect(transformsOf(list).map(({ name }) => name)).toEqual(["as-one", "gamma", "noise", "brightness", "contrast", "blur"]);
  expect((transformsOf(list)[0]!.options as { name: string }[]).map(({ name }) => name)).toEqual([
    "flips",
    "rotate",
    "rotate90",
    "scale",
    "elastic",
  ]);
  expect(transformsOf([{ rotate: { degrees: 15 } }]).map(({ name }) => name)).toEqual(["rotate"]);
  expect(transformsOf([])).toEqual([]);
});

test("says what there is", () => {
  expect(() => transformsOf([{ shear: { by: 1 } } as never])).toThrow(
    userError(
      "core/no-transform",
      '[transforms] {"shear":{"by":1}} is no transform. Expected one of flips, rotate90, rotate, scale, elastic, brightness, contrast, gamma, blur, noise: the first two by name, the others as { name: options }. Correct it.',
    ),
  );
  expect(() => transformsOf([{ blur: { from: 0, to: 1, sigma: 1 } } as never])).toThrow(
    userError("core/no-transform-option", '[blur] has no option "sigma". Expected from, to, probability, range. Correct or remove it.'),
  );
  expect(() => transformsOf([{ constructor: {} } as never])).toThrow(expect.objectContaining({ code: "core/no-transform" }) as Error);
});
