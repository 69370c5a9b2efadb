import {
  abs,
  add,
  concat,
  fill,
  gather,
  grads,
  max,
  mean,
  randomNormal,
  sub,
  sum,
  tensor1d,
  zeros,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { gradcheck } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { number } from "./trial.js";

type Shape = readonly [number, number, number, number];
type Operands = readonly Tensor4D[];
export interface Property {
  /** The loss of every image, `[B]`, of the student's operands and the teacher's. */
  readonly loss: (own: Operands, other: Operands) => Tensor1D;
  readonly student: readonly Shape[];
  readonly teacher: readonly Shape[];
  /** Whether equal operands cost nothing (P1). true */
  readonly zero?: boolean;
  /** Added to the student's operands and taken from the teacher's where differences are formed, for losses with kinks. 0 */
  readonly offset?: number;
}

export const random = ([...shape]: Shape, seed: number, deviation = 1.5): Tensor4D => randomNormal(shape, 0, deviation, "float32", seed);
const largest = (x: Tensor): number => number(max(abs(x)));

/** P1 and P3m to P6 of methods.md 1.3, by the loss of every image: a mean over images is theirs, and a sum doubles with them. */
export function describeProperties(name: string, { loss, student, teacher, zero = true, offset = 0 }: Property): void {
  const drawn = (shapes: readonly Shape[], seed: number): Operands => shapes.map((shape, i) => random(shape, 10 * seed + i));
  const slopes = (own: Operands, other: Operands): Tensor[] => grads((...xs: Tensor[]) => sum(loss(xs as Tensor4D[], other)))([...own]);
  const apart = (a: Tensor, b: Tensor): number => Math.max(...[...a.dataSync()].map((x, i) => Math.abs(x - b.dataSync()[i]!)));

  describe(`properties of ${name}`, () => {
    const [own, other] = [drawn(student, 1), drawn(teacher, 2)];
    const each = loss(own, other);
    const [images] = each.shape;

    if (zero)
      test("P1: equal operands cost nothing and pull at nothing", () => {
        expect(largest(loss(own, own))).toBeLessThan(1e-12);
        const [still, moved] = [slopes(own, own), slopes(own, drawn(student, 3))];
        for (const [i, slope] of still.entries()) expect(largest(slope)).toBeLessThan(1e-5 * largest(moved[i]!));
        expect(largest(each)).toBeGreaterThan(1e-6);
      });

    test("P3: every image costs what it costs, however often the batch is there", () => {
      const twice = loss(
        own.map((x) => concat([x, x])),
        other.map((x) => concat([x, x])),
      );
      expect(twice.shape).toEqual([2 * images]);
      expect(apart(twice, concat([each, each]))).toBeLessThan(1e-5 * largest(each));
      expect(Math.abs(number(mean(twice)) / number(mean(each)) - 1)).toBeLessThan(1e-5);
    });

    test.each([
      ["zeros", zeros, zeros],
      ["zeros of the student's", zeros, (s: number[]) => random(s as never, 5)],
      ["zeros of the teacher's", (s: number[]) => random(s as never, 5), zeros],
      ["constant maps", (s: number[]) => fill(s, 0.7), (s: number[]) => fill(s, -3)],
      ["a constant student", (s: number[]) => fill(s, 0.7), (s: number[]) => random(s as never, 5)],
    ])("P4: finite with %s", (_, ofStudent, ofTeacher) => {
      const [a, b] = [student.map((s) => ofStudent([...s]) as Tensor4D), teacher.map((s) => ofTeacher([...s]) as Tensor4D)];
      for (const x of [loss(a, b), ...slopes(a, b)]) expect([...x.dataSync()].every(Number.isFinite)).toBe(true);
    });

    test("P5: central differences", () => {
      const far = other.map((x) => sub<Tensor4D>(x, offset));
      return gradcheck(
        (...xs: Tensor[]) => loss(xs as Tensor4D[], far),
        own.map((x) => add(x, offset)),
        { name },
      );
    });

    test("P6: images in another order cost the same, each", () => {
      const order = tensor1d(
        Array.from({ length: images }, (_, i) => (i + 1) % images),
        "int32",
      );
      const turned = loss(
        own.map((x) => gather(x, order)),
        other.map((x) => gather(x, order)),
      );
      expect(apart(turned, gather(each, order))).toBeLessThan(1e-5 * largest(each));
    });
  });
}
