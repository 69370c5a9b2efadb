import { random } from "@segdistill/core/random";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { prepare } from "../prepare/prepare.js";
import { bytesOf, height, namedPlaces, read, width } from "../testing/named-places.js";
import { augmentSchema } from "./augment-schema.js";
import { augmentation } from "./augmentation.js";
import { patches, type PatchesOptions } from "./patches.js";
import { product } from "./warp.js";

const of = (...list: z.input<typeof augmentSchema>) => augmentation(augmentSchema.parse(list));
const keys = Array.from({ length: 2000 }, (_, i) => `0/0/case/${i}`);
const size = [64, 64] as const;

describe("augmentation draws", () => {
  it("angles evenly in both directions, positive ones clockwise", () => {
    const angles = keys.map((key) => {
      const [a, b, c, d] = of({ rotate: { degrees: 40 } }).warp(key, size).matrix;
      expect([a, b]).toEqual([d, -c]);
      return (Math.atan2(c, a) * 180) / Math.PI;
    });
    expect(Math.min(...angles)).toBeGreaterThan(-40);
    expect(Math.max(...angles)).toBeLessThan(40);
    for (const edge of [-20, 0, 20]) {
      const share = angles.filter((angle) => angle < edge).length / keys.length;
      expect(Math.abs(share - (edge + 40) / 80)).toBeLessThan(0.05);
    }
  });

  it("factors as often above 1 as below", () => {
    const factors = keys.map((key) => 1 / of({ scale: { from: 0.25, to: 4 } }).warp(key, size).matrix[0]);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.25);
    expect(Math.max(...factors)).toBeLessThan(4);
    expect(Math.abs(factors.filter((f) => f < 1).length / keys.length - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(factors.filter((f) => f < 2).length / keys.length - 0.75)).toBeLessThan(0.05);
  });

  it("quarter turns and mirrorings each as often", () => {
    const turns = new Map<string, number>();
    for (const key of keys) {
      const at = of("rotate90").warp(key, size).matrix.join();
      turns.set(at, (turns.get(at) ?? 0) + 1);
    }
    expect([...turns.keys()].sort()).toEqual(["-1,0,0,-1", "0,-1,1,0", "0,1,-1,0", "1,0,0,1"]);
    expect(Math.min(...turns.values())).toBeGreaterThan(400);
    const mirrorings = new Set(keys.map((key) => of("flips").warp(key, size).matrix.join()));
    expect([...mirrorings].sort()).toEqual(["-1,0,0,-1", "-1,0,0,1", "1,0,0,-1", "1,0,0,1"]);
    // whether a patch is warped or not, it is mirrored alike
    for (const key of keys.slice(0, 20)) {
      const [rows, columns] = of("flips").flips(key);
      expect(of("flips").warp(key, size).matrix).toEqual([rows ? -1 : 1, 0, 0, columns ? -1 : 1]);
    }
  });

  it("shifts of the deviation that is asked for", () => {
    // at a control point the deviation is 3; averaged over a cell's squares (0.4793 · 2)² of 9, so 2.876
    let squares = 0;
    let count = 0;
    for (const key of keys.slice(0, 60)) {
      const { shift } = of({ elastic: { deviation: 3, spacing: 8 } }).warp(key, size);
      const [rows, columns] = [new Float64Array(64), new Float64Array(64)];
      for (let y = 0; y < 64; y++) {
        shift!(y, rows, columns);
        for (const part of [rows, columns]) for (const value of part) [squares, count] = [squares + value * value, count + 1];
      }
    }
    expect(Math.abs(Math.sqrt(squares / count) - 2.88)).toBeLessThan(0.1);
  });

  it("the share of patches that is asked for", () => {
    const share = keys.filter((key) => of({ rotate: { degrees: 40, probability: 0.3 } }).warp(key, size).matrix[1] !== 0).length;
    expect(Math.abs(share / keys.length - 0.3)).toBeLessThan(0.05);
    const changed = keys.filter((key) => {
      const pixels = Float32Array.of(0.25);
      of({ gamma: { from: 2, to: 3, probability: 0.3 } }).values(key, pixels, [1, 1]);
      return pixels[0] !== 0.25;
    }).length;
    expect(Math.abs(changed / keys.length - 0.3)).toBeLessThan(0.05);
  });

  it("a blur whose weights reach to three times the largest deviation", () => {
    // deviation 2 of both bounds: a bright pixel is seen 6 pixels away and not 7
    const pixels = new Float32Array(31);
    pixels[15] = 1;
    of({ blur: { from: 2, to: 2 } }).values("k", pixels, [1, 31]);
    expect([pixels[8], pixels[9]! > 1e-3, pixels[21]! > 1e-3, pixels[22]]).toEqual([0, true, true, 0]);
  });

  it("each from a stream of its own: company and order change nothing but the product", () => {
    const [turn, zoom] = [{ rotate: { degrees: 30 } }, { scale: { from: 0.5, to: 2 } }];
    for (const key of keys.slice(0, 20)) {
      const [a, b] = [of(turn).warp(key, size).matrix, of("flips", zoom).warp(key, size).matrix];
      expect(of(turn, "flips", zoom, { noise: { from: 0, to: 1 } }).warp(key, size).matrix).toEqual(product(a, b));
    }
    // of what is mirrored in one direction only the order matters: turned by θ and mirrored is mirrored and turned by −θ
    const mirroredOnce = keys.slice(0, 20).filter(
      (key) =>
        of("flips")
          .warp(key, size)
          .matrix.reduce((x, y) => x + y) === 0,
    );
    expect(mirroredOnce.length).toBeGreaterThan(4);
    for (const key of mirroredOnce) expect(of("flips", turn).warp(key, size).matrix).not.toEqual(of(turn, "flips").warp(key, size).matrix);
  });
});

const all: z.input<typeof augmentSchema> = [
  "flips",
  "rotate90",
  { rotate: { degrees: 30 } },
  { scale: { from: 0.8, to: 1.25 } },
  { elastic: { deviation: 1, spacing: 8 } },
  { brightness: { by: 0.2 } },
  { contrast: { from: 0.75, to: 1.33 } },
  { gamma: { from: 0.7, to: 1.5 } },
  { blur: { from: 0, to: 1 } },
  { noise: { from: 0, to: 0.1 } },
];
const options = (more: Partial<PatchesOptions> = {}): PatchesOptions => ({
  cases: [1, 2, 3].map((n) => namedPlaces(n)),
  dataSet: "f00d",
  prepare: prepare([{ scale: 5000 }]),
  classes: 2,
  patch: 12,
  perImage: 4,
  batch: 4,
  augment: all,
  ...more,
});

describe("augmented patches", () => {
  it("of a case are the same whatever the batch is and wherever in it they stand", async () => {
    const byKey = async (batch: number): Promise<Map<string, string>> => {
      const size = 144;
      const entries = (await read(patches(options({ batch })), 2, 5)).flatMap((one) =>
        one.cases.map((id, b): [string, string] => [
          `${id}/${one.occurrences[b]!}`,
          JSON.stringify([one.images, one.labels, one.valid].map((part) => [...part.subarray(b * size, (b + 1) * size)])),
        ]),
      );
      return new Map(entries);
    };
    const [four, one] = [await byKey(4), await byKey(1)];
    expect(four.size).toBe(12);
    expect(four).toEqual(one);
    expect(new Set(four.values()).size).toBe(12);
  });

  it("follow from seed and epoch, not from what was read before", async () => {
    const whole = await read(patches(options()), 1, 3);
    expect(bytesOf(await read(patches(options()), 1, 3))).toBe(bytesOf(whole));
    expect(bytesOf(await read(patches(options({ cacheBytes: 0 })), 1, 3, 2))).toBe(bytesOf(whole.slice(2)));
    expect(bytesOf(await read(patches(options()), 2, 3))).not.toBe(bytesOf(whole));
    expect(bytesOf(await read(patches(options()), 1, 4))).not.toBe(bytesOf(whole));
  });

  it("follow from no order in which pictures were read", async () => {
    const whole = await read(patches(options()), 1, 3);
    // the first one asked for comes last, and the other way round; the second half of them at once
    for (const late of [
      [30, 15, 0],
      [0, 15, 30],
      [15, 0, 0],
    ]) {
      const cases = options().cases.map((one, i) => ({
        ...one,
        image: async () => {
          await new Promise((resolve) => setTimeout(resolve, late[i]));
          return one.image();
        },
      }));
      expect(bytesOf(await read(patches(options({ cases, cacheBytes: 0 })), 1, 3))).toBe(bytesOf(whole));
    }
  });

  it.each(all.map((one, i) => [JSON.stringify(one), i] as const))("are changed by %s alone", async (_, i) => {
    const plain = await read(patches(options({ augment: [] })), 1, 3);
    const changed = await read(patches(options({ augment: [all[i]!] })), 1, 3);
    expect(bytesOf(changed)).not.toBe(bytesOf(plain));
    const movesPixels = i < 5;
    const masks = (batches: typeof plain): string => bytesOf(batches.map((batch) => ({ ...batch, images: new Float32Array(0) })));
    expect(masks(changed) === masks(plain)).toBe(!movesPixels);
    expect(changed.every(({ images }) => images.every((value) => value >= 0 && value <= 1))).toBe(true);
  });

  it("sample from the whole picture: turned patches inside it have no mirrored pixel", async () => {
    const turning = options({
      cases: [namedPlaces(1)],
      prepare: prepare([]),
      patch: 8,
      perImage: 60,
      batch: 1,
      augment: [{ rotate: { degrees: 180 } }],
    });
    let inside = 0;
    for (const { images, occurrences } of await read(patches(turning), 0, 1)) {
      const place = random(`1/0/c1/${occurrences[0]!}/place`);
      const [top, left] = [place.below(height - 7), place.below(width - 7)];
      // a corner of the square reaches 4 · √2 − 4 = 1.66 pixels over its side
      if (top < 2 || left < 2 || top + 10 > height || left + 10 > width) continue;
      inside++;
      const at = (y: number, x: number): number => images[8 * y + x]!;
      // the pictures' values are linear in row and column, which bilinear sampling keeps and mirroring does not
      const [down, right] = [(at(7, 0) - at(0, 0)) / 7, (at(0, 7) - at(0, 0)) / 7];
      for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) expect(at(y, x)).toBeCloseTo(at(0, 0) + y * down + x * right, 2);
      expect(Math.hypot(down, right)).toBeCloseTo(Math.hypot(34, 1), 2);
      // and the patch's centre is where it is without turning
      expect((at(3, 3) + at(3, 4) + at(4, 3) + at(4, 4)) / 4).toBeCloseTo(1000 + 34 * (top + 3.5) + left + 3.5, 2);
    }
    expect(inside).toBeGreaterThan(10);
  });
});
