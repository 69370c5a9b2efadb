import {
  grads,
  mean,
  mul,
  sqrt,
  squaredDifference,
  square,
  sub,
  sum,
  tensor,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Module } from "@segdistill/core";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { translator } from "@segdistill/layer-pairs";
import { expect, test } from "vitest";
import { attentionDifference, attentionMap } from "../src/attention.js";
import { factorDifference } from "../src/factor-transfer.js";
import { flowDifference, flowMatrix } from "../src/fsp.js";
import { negativeLogLikelihood, regressor } from "../src/variational-information.js";

await startEngine();

/** What torchdistill gives: fixtures/published.py. */
interface Case {
  readonly method: string;
  readonly mode?: "code" | "paper";
  readonly student: readonly Tensor4D[];
  readonly teacher: readonly Tensor4D[];
  readonly value: number;
  readonly gradient: readonly Tensor[];
  readonly weights?: readonly Tensor[];
  readonly matrix?: Tensor;
  readonly start?: number;
}
const { cases } = readFixture(new URL("../fixtures/published.json", import.meta.url), tensor) as { cases: Case[] };
const of = (method: string, mode?: string): Case[] => {
  const found = cases.filter((one) => one.method === method && one.mode === mode);
  expect(found.map(({ student }) => student[0]!.shape[0])).toEqual([1, 3]);
  return found;
};

/** Values and gradients of something of ours, as theirs. */
function expectSame(one: Case, ours: (own: readonly Tensor4D[]) => Tensor): void {
  expectClose(ours(one.student), one.value, { tolerance: 1e-5 });
  const slopes = grads((...own: Tensor[]) => ours(own as Tensor4D[]))([...one.student]);
  for (const [i, slope] of slopes.entries()) expectClose(slope, one.gradient[i]!);
}
/** Gives the newly made module the case's values. */
function withValues<M extends { readonly variables: Module["variables"] }>(module: M, { weights }: Case): M {
  const variables = Object.values(module.variables);
  expect(variables.map(({ shape }) => shape)).toEqual(weights!.map(({ shape }) => shape));
  for (const [i, variable] of variables.entries()) variable.assign(weights![i]!);
  return module;
}
const at = () => scope("here", "here", 0, new Map());
const guessing = (one: Case) =>
  withValues(
    at().module("r", (make) => regressor(make, { from: 3, to: 5 })),
    one,
  );

test('attention: its mode "code" is ours at power 2', () => {
  for (const one of of("attention", "code")) expectSame(one, ([own]) => mean(attentionDifference(own!, one.teacher[0]!, { power: 2 })));
});

test('attention: its mode "paper" takes the length of the difference, where ours takes the mean of its squares', () => {
  for (const one of of("attention", "paper"))
    expectSame(one, ([own]) => {
      const [a, b] = [own!, one.teacher[0]!].map((map) => attentionMap(map, { power: 2 })) as [Tensor2D, Tensor2D];
      return mean(sqrt(sum(squaredDifference(a, b), 1)));
    });
});

test("fsp: its matrix is ours; it adds the lengths of the columns' differences, where ours takes the mean of squares", () => {
  for (const one of of("fsp")) {
    const matrix = ([l, m]: readonly Tensor4D[]): Tensor3D => flowMatrix(l!, m!);
    expectClose(matrix(one.student), one.matrix!, { tolerance: 1e-5 });
    expectSame(one, (own) => mean(sum(sqrt(sum(square(sub(matrix(own), matrix(one.teacher))), 1)), 1)));
    expect(Math.abs(mean(flowDifference(matrix(one.student), matrix(one.teacher))).dataSync()[0]! / one.value - 1)).toBeGreaterThan(0.1);
  }
});

test("factor transfer: its loss is ours over beta, and its translator without batch norm ours", () => {
  for (const one of of("factor-transfer")) {
    const build = translator([4, 4, 4, 4]);
    const { run } = withValues(
      at().module("t", (make) => ({ run: build.build(make, "conv") })),
      one,
    );
    expectSame(one, ([own]) => mean(factorDifference(run(own!), one.teacher[0]!)));
  }
});

test("variational information: its loss and its regressor are ours", () => {
  for (const one of of("variational-information")) {
    const { guess, variance } = guessing(one);
    expectSame(one, ([own]) => mean(negativeLogLikelihood(one.teacher[0]!, guess(own!), variance())));
    expect(one.start).toBeCloseTo(5, 6);
  }
});

test("a loss of theirs that is scaled is told apart", () => {
  const [one] = of("variational-information");
  const { guess, variance } = guessing(one!);
  expect(() => expectSame(one!, ([own]) => mul(mean(negativeLogLikelihood(one!.teacher[0]!, guess(own!), variance())), 1.001))).toThrow(
    "expected",
  );
});
