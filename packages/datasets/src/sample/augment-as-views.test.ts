import { transformsOf, type Augmentation } from "@segdistill/core";
import { expect, test } from "vitest";
import { sampleSchema } from "./schema.js";

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

test("the loader takes the list that views take, and fills in the same defaults", () => {
  const { augment } = sampleSchema.parse({ patch: 64, batch: 4, augment: list });
  const [together, ...values] = transformsOf(list);
  const made = [...(together!.options as { name: string; options: object }[]), ...values].map(({ name, options }) => [name, options]);
  const read = augment.map((one) => (typeof one === "string" ? [one, {}] : Object.entries(one)[0]!));
  expect(Object.fromEntries(made)).toEqual(Object.fromEntries(read));
});

// options just outside what is allowed, for both
test.each([
  [{ rotate: { degrees: 180.5 } }],
  [{ rotate: { degrees: -1 } }],
  [{ scale: { from: 0.09, to: 1 } }],
  [{ scale: { from: 1, to: 10.1 } }],
  [{ elastic: { deviation: 101 } }],
  [{ elastic: { deviation: 1, spacing: 3.9 } }],
  [{ brightness: { by: 1.1 } }],
  [{ contrast: { from: 0.009, to: 1 } }],
  [{ gamma: { from: 1, to: 101 } }],
  [{ blur: { from: 1, to: 16.5 } }],
  [{ noise: { from: 0.5, to: 0.4 } }],
  [{ noise: { from: 0, to: 1, probability: -0.1 } }],
  [{ blur: { from: 0, to: 1, range: [1, 1] } }],
  [{ blur: { from: 0, to: 1, sigma: 1 } }],
  [{ shear: { by: 1 } }],
  [{ rotate: { degrees: 1 }, scale: { from: 1, to: 1 } }],
] as unknown as [Augmentation][])("%j is refused by views and by the loader", (one) => {
  expect(() => transformsOf([one])).toThrow(expect.objectContaining({ name: "SegDistillError" }) as Error);
  expect(sampleSchema.safeParse({ patch: 64, batch: 4, augment: [one] }).success).toBe(false);
});
