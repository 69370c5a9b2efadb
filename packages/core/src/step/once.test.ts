import { add, engine, squaredDifference, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { CheckedMethod, Method, NetworkSpec, Scope, Step, Transform } from "../contract/index.js";
import { sgd } from "../optimisers/sgd.js";
import { meanOver } from "../reductions.js";
import { given, learns } from "../stages.js";
import { fit, fitting, line } from "../testing/small.js";
import { train } from "../train.js";

await startEngine();

/** A line that writes down what of it runs. */
const told = (name: string, calls: string[]): NetworkSpec<"map"> => {
  const spec = line(name);
  return {
    ...spec,
    build: (scope: Scope) => {
      const network = spec.build(scope);
      const { encode, decode } = network;
      return Object.assign(network, {
        encode: (...args: Parameters<typeof encode>) => (calls.push(`${name} encodes`), encode(...args)),
        decode: (...args: Parameters<typeof decode>) => (calls.push(`${name} decodes`), decode(...args)),
      });
    },
  };
};
const values = { w: { shape: [1, 2], data: Float32Array.of(2, -3) }, b: { shape: [2], data: Float32Array.of(0.5, 0) }, seen: { shape: [], data: Float32Array.of(7) } }; // prettier-ignore
const weights = { fingerprint: "f", read: () => new Map(Object.entries(values)) };

const shift = (calls: string[]): Transform => ({
  name: "shift",
  options: {},
  apply: (picture, noise) => (calls.push("view made"), { ...picture, images: add(picture.images, noise.uniform("by", [1, 1, 1])) }),
});
type Both = { student: "map"; teacher: "map" };
/** Two terms and an opponent that read both networks' logits and a tap, of the pictures and of a view; every request is an object of its own. */
const reader = (name: string, calls: string[]): CheckedMethod => {
  const method: Method<string, Both> = {
    name,
    options: {},
    wants: { student: ["map"], teacher: ["map"] },
    build: ({ scope }) => {
      const d = scope.module("d", (make) => ({ w: make.variable("w", [1], "ones") }));
      const terms = ["one", "two"].map((term) => ({
        name: term,
        loss: (step: Step<Both>) => {
          const view = step.view({ count: 2, transforms: [shift(calls)] }, 1);
          const apart = squaredDifference(step.net.student.logits, step.net.teacher.logits);
          const beside = squaredDifference(view.net.student.logits, view.net.teacher.logits);
          return meanOver(add(add(apart, beside), squaredDifference(step.net.student.tap("map"), step.net.teacher.tap("map"))));
        },
      }));
      return {
        terms,
        adversaries: [
          {
            name: "d",
            module: d,
            steps: 2,
            optimiser: sgd({ rate: 0.1 }),
            loss: (step) => meanOver(squaredDifference(add(step.net.student.logits, d.w as never), step.net.teacher.logits)),
          },
        ],
      };
    },
  };
  return method;
};

test.each([true, false])(
  "a network runs once per view and step, a frozen one once for all views, and a view is made once, whoever reads them (eager: %s)",
  async (eager) => {
    const calls: string[] = [];
    const goal = fitting({
      nets: { teacher: given(told("teacher", calls), weights), student: learns(told("student", calls)) },
      methods: [fit(), reader("a", calls), reader("b", calls)],
      steps: 1,
    });
    (await train([goal], { seed: 1, eager })).dispose();
    const count = (what: string): number => calls.filter((call) => call === what).length;
    const all = ["student encodes", "student decodes", "teacher encodes", "teacher decodes", "view made"];
    expect(Object.fromEntries(all.map((what) => [what, count(what)]))).toEqual({
      "student encodes": 2, // the pictures, and the view
      "student decodes": 2,
      "teacher encodes": 2, // the pictures, and the views
      "teacher decodes": 2,
      "view made": 2, // both of the request, for the teacher runs over all
    });
  },
);

test("what an opponent reads waits for the student's gradient: its maps do not lie in memory beside those of the student's way back", async () => {
  const kernels = engine() as unknown as { runKernelFunc: (call: { kernelName?: string; inputs: Record<string, Tensor> }) => unknown };
  const { runKernelFunc } = kernels;
  const waits: (readonly number[])[][] = [];
  const opponent: Method<string, Both> = {
    name: "opponent",
    options: {},
    wants: { student: ["map"], teacher: ["map"] },
    build: ({ scope }) => {
      const d = scope.module("d", (make) => ({ w: make.variable("w", [1], "ones") }));
      const loss = (step: Step<Both>) => {
        const { student, teacher } = step.net;
        kernels.runKernelFunc = (call) => {
          if (call.kernelName === "After") waits.push(Object.values(call.inputs).map(({ shape }) => shape));
          return runKernelFunc.call(kernels, call);
        };
        try {
          const view = step.view({ count: 2, transforms: [shift([])] }, 1).net;
          const read = [student.logits, teacher.tap("map"), view.student.logits, view.teacher.logits] as const;
          expect(student.logits).toBe(read[0]);
          return meanOver(add(squaredDifference(add(read[0], d.w as never), read[1]), squaredDifference(read[2], read[3])));
        } finally {
          kernels.runKernelFunc = runKernelFunc;
        }
      };
      return { terms: [], adversaries: [{ name: "d", module: d, optimiser: sgd({ rate: 0.1 }), loss }] };
    },
  };
  const nets = { teacher: given(line("teacher"), weights), student: learns(line("student")) };
  (await train([fitting({ nets, methods: [fit(), opponent], steps: 1 })], { seed: 1, eager: true })).dispose();
  const gradients = [[1, 2], [2]];
  expect(waits.map(([, ...others]) => others)).toEqual([gradients, gradients, gradients, gradients]); // what was read, each once
});
