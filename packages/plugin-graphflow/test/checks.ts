import {
  abs,
  concat,
  fill,
  gather,
  grads,
  mul,
  pad,
  randomNormal,
  tensor1d,
  tensor4d,
  zeros,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { expect } from "vitest";
import type { Asked, Flow, Maps } from "./flow.js";

interface Case {
  readonly shapes: readonly [Shape, Shape];
  readonly reading: "R1" | "R2" | "R3";
  readonly patch: number;
  readonly border: "zero" | "clamp";
  readonly flat: boolean;
  readonly student: readonly [number[], number[]];
  readonly teacher: readonly [number[], number[]];
  readonly vertex: Found;
  readonly edge: Found;
}
interface Found {
  readonly loss: number;
  readonly gradients: readonly [number[], number[]];
}
type Shape = [number, number, number, number];

export const { cases } = readFixture(new URL("../fixtures/variation.json", import.meta.url)) as { readonly cases: readonly Case[] };
const readings = ["R1", "R2", "R3"] as const;
const both = ["vertex", "edge"] as const;

const map = (shape: Shape, seed: number): Tensor4D => randomNormal(shape, 0, 1, "float32", seed);
const drawn = (seed: number, b = 3, c = 5): Maps => ({ encoder: map([b, 7, 6, c], seed), decoder: map([b, 6, 8, c], seed + 100) });
const each = ({ encoder, decoder }: Maps, f: (x: Tensor4D) => Tensor): Maps => ({
  encoder: f(encoder) as Tensor4D,
  decoder: f(decoder) as Tensor4D,
});
const number = (x: Tensor): number => x.dataSync()[0]!;
const relative = (found: number, expected: number): number => Math.abs(found / expected - 1);

/** The loss, and its gradient in the student's two maps. */
function slopes(flow: Flow, asked: Asked, student: Maps, teacher: Maps): readonly [Tensor, Tensor] {
  const of = (encoder: Tensor, decoder: Tensor): Tensor =>
    flow(asked, { encoder: encoder as Tensor4D, decoder: decoder as Tensor4D }, teacher);
  return grads(of)([student.encoder, student.decoder]) as [Tensor, Tensor];
}

/** Every combination of reading and part, at patch 3 with zeros around. */
const everywhere = (f: (asked: Asked) => void): void => {
  for (const reading of readings) for (const of of both) f({ reading, of, patch: 3, border: "zero" });
};

/**
 * What must hold of Graph Flow's losses (methods.md 3.2.2, "Tests"), as functions of an implementation: the package's own passes all of them, each wrong variant
 * fails at one or more.
 */
export const checks: Readonly<Record<string, (flow: Flow) => void>> = {
  /**
   * One channel on 1 × 3 positions, patch 3, zeros around. Student: encoder (1, 4, −5), so ν = (·, ·, ·, 1, 4, −5, ·, ·, ·); decoder (0, 1, 3): ν = (1, 3, 0).
   * Teacher: encoder (2, 5, 1): (2, 5, 1); decoder (6, 0, 0): (0, 6, 0).
   */
  "by hand": (flow) => {
    const row = (...data: number[]): Tensor4D => tensor4d(data, [1, 1, data.length, 1]);
    const student = { encoder: row(1, 4, -5), decoder: row(0, 1, 3) };
    const teacher = { encoder: row(2, 5, 1), decoder: row(6, 0, 0) };
    const at = (reading: Asked["reading"], of: Asked["of"]): number =>
      number(flow({ reading, of, patch: 3, border: "zero" }, student, teacher));
    // R1: Δν_S = (1, 3, 0) − (1, 4, −5) = (0, −1, 5), Δν_T = (0, 6, 0) − (2, 5, 1) = (−2, 1, −1), apart (2, −2, 6)
    expect(at("R1", "vertex")).toBeCloseTo(4 + 4 + 36, 4);
    // E: 10 − 42 = −32 and 36 − 30 = 6
    expect(at("R1", "edge")).toBeCloseTo(38 ** 2, 2);
    // η_S = 0 + 1 + 25 = 26, η_T = 4 + 1 + 1 = 6; one node has no distance to another
    expect(at("R2", "vertex")).toBeCloseTo(20 ** 2, 3);
    expect(at("R2", "edge")).toBe(0);
    const unit = (...v: number[]): number[] => v.map((x) => x / Math.hypot(...v));
    const apart = unit(1, 3, 0).map((x, i) => x - unit(1, 4, -5)[i]! - (unit(0, 6, 0)[i]! - unit(2, 5, 1)[i]!));
    expect(at("R3", "vertex")).toBeCloseTo(apart.reduce((sum, x) => sum + x * x, 0) / 9, 6);
  },

  /** Two nodes of one position each: 1 and 3 in the student's encoder, 2 and 7 in its decoder; 0 and 2, 1 and 1 in the teacher's. */
  "by hand, two channels": (flow) => {
    const two = (a: number, b: number): Tensor4D => tensor4d([a, b], [1, 1, 1, 2]);
    const [student, teacher] = [
      { encoder: two(1, 3), decoder: two(2, 7) },
      { encoder: two(0, 2), decoder: two(1, 1) },
    ];
    const at = (reading: Asked["reading"], of: Asked["of"]): number =>
      number(flow({ reading, of, patch: 1, border: "zero" }, student, teacher));
    // ΔE_S = (4, 14; 14, 49) − (1, 3; 3, 9) = (3, 11; 11, 40); ΔE_T = (1, 1; 1, 1) − (0, 0; 0, 4) = (1, 1; 1, −3)
    expect(at("R1", "edge")).toBeCloseTo(2 ** 2 + 10 ** 2 + 10 ** 2 + 43 ** 2, 3);
    // η_S = (1, 16), η_T = (1, 1)
    expect(at("R2", "vertex")).toBeCloseTo((0 + 15 ** 2) / 2, 4);
    // e: (7 − 2)² − (3 − 1)² = 21, squared 441; 0 − 4, squared 16; both off-diagonal entries of four
    expect(at("R2", "edge")).toBeCloseTo((2 * 425 ** 2) / 4, 1);
  },

  /** The largest of 1 … 9 is the last; moved inside, its patch is the whole map. The other maps are zeros, so the loss is 1² + … + 9². */
  "by hand, clamped": (flow) => {
    const nothing: Maps = { encoder: zeros([1, 3, 3, 1]), decoder: zeros([1, 3, 3, 1]) };
    const encoder = tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    expect(number(flow({ reading: "R1", of: "vertex", patch: 3, border: "clamp" }, { ...nothing, encoder }, nothing))).toBe(285);
  },

  "values and gradients are PyTorch's": (flow) => {
    expect(cases.length).toBe(24);
    for (const { shapes, student, teacher, ...one } of cases) {
      const of = (side: readonly [number[], number[]]): Maps => ({
        encoder: tensor4d(side[0], shapes[0]),
        decoder: tensor4d(side[1], shapes[1]),
      });
      for (const part of both) {
        const asked: Asked = { reading: one.reading, patch: one.patch, border: one.border, of: part };
        const what = `${part} of ${JSON.stringify(asked)}`;
        expectClose(flow(asked, of(student), of(teacher)), [one[part].loss], { what });
        slopes(flow, asked, of(student), of(teacher)).forEach((slope, i) =>
          expectClose(slope, one[part].gradients[i]!, { what: `gradient ${i}, ${what}` }),
        );
      }
    }
  },

  "P1: equal maps cost nothing and pull nowhere": (flow) =>
    everywhere((asked) => {
      const maps = drawn(1);
      expect(number(flow(asked, maps, maps))).toBe(0);
      for (const slope of slopes(flow, asked, maps, maps)) expect(Math.max(...slope.dataSync().map(Math.abs))).toBe(0);
    }),

  "P3: the batch twice, twice the sum of R1 and the same mean of R2 and R3": (flow) =>
    everywhere((asked) => {
      const twice = (maps: Maps): Maps => each(maps, (x) => concat([x, x]));
      const by = number(flow(asked, twice(drawn(1)), twice(drawn(2)))) / number(flow(asked, drawn(1), drawn(2)));
      expect(Math.abs(by - (asked.reading === "R1" ? 2 : 1))).toBeLessThan(1e-5);
    }),

  "with batchScale R1 is 8/B times the sum, and a mean over pictures": (flow) => {
    for (const of of both) {
      const asked: Asked = { reading: "R1", of, patch: 3, border: "zero" };
      const at = (batch: number, batchScale: boolean): number => number(flow({ ...asked, batchScale }, drawn(1, batch), drawn(2, batch)));
      expect(relative(at(8, true), at(8, false))).toBeLessThan(1e-5);
      expect(relative(at(2, true), 4 * at(2, false))).toBeLessThan(1e-5);
    }
  },

  "P4: finite on maps of zeros and flat maps": (flow) =>
    everywhere((asked) => {
      const flat: Maps = { encoder: fill([2, 4, 5, 3], -1.5), decoder: zeros([2, 5, 4, 3]) };
      for (const student of [flat, each(flat, (x) => mul(x, 0))]) {
        const found = [flow(asked, student, drawn(3, 2, 3)), ...slopes(flow, asked, student, drawn(3, 2, 3))];
        expect(found.every((x) => x.dataSync().every(Number.isFinite))).toBe(true);
      }
    }),

  "P6: pictures in another order": (flow) =>
    everywhere((asked) => {
      const turned = (maps: Maps): Maps => each(maps, (x) => gather(x, tensor1d([2, 0, 1], "int32")));
      expect(relative(number(flow(asked, turned(drawn(1)), turned(drawn(2)))), number(flow(asked, drawn(1), drawn(2))))).toBeLessThan(1e-5);
    }),

  "all maps times c: c² and c⁴ (R1), c⁴ and c⁸ (R2), nothing (R3)": (flow) => {
    const powers = { R1: { vertex: 2, edge: 4 }, R2: { vertex: 4, edge: 8 }, R3: { vertex: 0, edge: 0 } } as const;
    everywhere((asked) => {
      const scaled = (maps: Maps): Maps => each(maps, (x) => mul(x, 3));
      const by = number(flow(asked, scaled(drawn(1)), scaled(drawn(2)))) / number(flow(asked, drawn(1), drawn(2)));
      expect(relative(by, 3 ** powers[asked.reading][asked.of])).toBeLessThan(1e-4);
    });
  },

  "channels in another order on all four maps": (flow) =>
    everywhere((asked) => {
      const turned = (maps: Maps): Maps => each(maps, (x) => gather(x, tensor1d([3, 0, 4, 1, 2], "int32"), 3));
      expect(relative(number(flow(asked, turned(drawn(1)), turned(drawn(2)))), number(flow(asked, drawn(1), drawn(2))))).toBeLessThan(1e-5);
    }),

  "channels in another order on the teacher's alone is another loss": (flow) =>
    everywhere((asked) => {
      const turned = each(drawn(2), (x) => gather(x, tensor1d([1, 2, 3, 4, 0], "int32"), 3));
      expect(relative(number(flow(asked, drawn(1), turned)), number(flow(asked, drawn(1), drawn(2))))).toBeGreaterThan(1e-4);
    }),

  "encoder and decoder swapped on both sides": (flow) =>
    everywhere((asked) => {
      const swapped = ({ encoder, decoder }: Maps): Maps => ({ encoder: decoder, decoder: encoder });
      expect(relative(number(flow(asked, swapped(drawn(1)), swapped(drawn(2)))), number(flow(asked, drawn(1), drawn(2))))).toBeLessThan(
        1e-5,
      );
    }),

  "a spike moved by one position, away from the border": (flow) =>
    everywhere((asked) => {
      const spike = (y: number, x: number): Tensor4D =>
        pad<Tensor4D>(mul<Tensor4D>(abs(map([1, 3, 3, 2], 5)), tensor4d([1, 1, 1, 1, 30, 1, 1, 1, 1], [1, 3, 3, 1])), [
          [0, 0],
          [y - 1, 9 - y - 2],
          [x - 1, 8 - x - 2],
          [0, 0],
        ]);
      const at = (y: number, x: number): number => number(flow(asked, { encoder: spike(y, x), decoder: spike(3, 3) }, drawn(2, 1, 2)));
      expect(relative(at(5, 4), at(4, 4))).toBeLessThan(1e-6);
      expect(relative(at(4, 5), at(4, 4))).toBeLessThan(1e-6);
    }),
};
