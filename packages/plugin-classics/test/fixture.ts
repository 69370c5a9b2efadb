import { grads, tensor, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { oneHot } from "@segdistill/backend/ops";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { expect } from "vitest";
import type { Maps, Seen, Trial } from "./trial.js";

/** What PyTorch gives for one batch: fixtures/given.py. */
export interface Case {
  readonly kind: "random" | "constant" | "holes";
  readonly student: readonly Tensor4D[];
  readonly teacher: readonly Tensor4D[];
  readonly terms: Readonly<Record<string, { readonly value: number; readonly gradient: readonly Tensor[] }>>;
  readonly options?: {
    readonly power?: number;
    readonly beta?: number;
    readonly kernel?: "half" | number;
    readonly reduction?: "sum" | "mean";
    readonly correlation?: "product" | "difference";
  };
  /** Of modules that are trained beside the student, with their gradients. */
  readonly weights?: readonly Tensor[];
  readonly slopes?: readonly Tensor[];
  readonly pooled?: string;
  readonly classes?: number;
  readonly absent?: boolean;
}

export const fixture = (name: string) =>
  readFixture(new URL(`../fixtures/${name}.json`, import.meta.url), tensor) as { readonly cases: readonly Case[]; readonly start?: number };

/** A case's maps by the names that they are read under. */
export const named = (one: Case, names: readonly string[]): { readonly student: Maps; readonly teacher: Maps } => ({
  student: Object.fromEntries(names.map((name, i) => [name, one.student[i]!])),
  teacher: Object.fromEntries(names.map((name, i) => [name, one.teacher[i]!])),
});

/** To 1e-4 of the largest expected value; where all of them are 0 but for float64's rounding, 0 but for float32's. */
function expectNear(found: Tensor, expected: Tensor | number, what: string): void {
  const values = typeof expected === "number" ? [expected] : [...expected.dataSync()];
  const none = Math.max(...values.map(Math.abs)) < 1e-12;
  if (none) expect(Math.max(...[...found.dataSync()].map(Math.abs)), what).toBeLessThan(1e-6);
  else expectClose(found, expected, { what });
}

/** Values and gradients of every term of a case. */
export function expectCase(trial: Trial, one: Case, names: readonly string[], more: Partial<Seen> = {}): void {
  const seen = { ...named(one, names), ...more };
  for (const [term, { value, gradient }] of Object.entries(one.terms)) {
    expectNear(trial.value(term, seen), value, term);
    for (const [i, slope] of trial.slopes(term, seen, names).entries()) expectNear(slope, gradient[i]!, `${term} by ${names[i]!}`);
  }
}

/** The gradients of a case's only term by the variables of modules trained beside the student, which are given the case's values first. */
export function expectTrained(trial: Trial, one: Case, names: readonly string[]): void {
  const variables = trial.trains.flatMap((module) => Object.values(module.variables));
  expect(variables.map(({ shape }) => shape)).toEqual(one.weights!.map(({ shape }) => shape));
  for (const [i, variable] of variables.entries()) variable.assign(one.weights![i]!);
  expectCase(trial, one, names);
  const [term] = Object.keys(one.terms) as [string];
  const found = grads(() => trial.value(term, named(one, names)))(variables as Tensor[]);
  for (const [i, slope] of found.entries()) expectNear(slope, one.slopes![i]!, `${term} by ${variables[i]!.name}`);
}

/** The labels of fixtures/labels.py, with which pixels and images count. */
export function labels(
  batch: number,
  [height, width]: readonly [number, number],
  { classes = 2, absent = false }: Pick<Case, "classes" | "absent">,
) {
  const u = Array.from({ length: batch * height * width }, (_, i) => i);
  const y = u.map((i) => (absent ? 0 : (Math.floor(i / 5) + Math.floor(i / (4 * width))) % classes));
  return {
    labels: oneHot(tensor(y, [batch, height, width], "int32"), classes) as Tensor4D,
    valid: tensor(
      u.map((i) => Number(i % 11 !== 4)),
      [batch, height, width],
    ) as Tensor3D,
    labelled: tensor(
      Array.from({ length: batch }, (_, b) => Number(b !== 1)),
      [batch],
    ) as Tensor1D,
  };
}
