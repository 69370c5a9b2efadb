import { add, concat, memory, mul, squaredDifference, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { CheckedMethod, Method, NetworkSpec, Scope, Step, Transform } from "../contract/index.js";
import { meanOver } from "../reductions.js";
import { given, learns } from "../stages.js";
import { memoryStore } from "../store.js";
import { fit, fitting, line } from "../testing/small.js";
import { train } from "../train.js";

await startEngine();

/** A line that writes down how many pictures it is given. */
const told = (name: string, batches: number[]): NetworkSpec<"map"> => {
  const spec = line(name);
  return {
    ...spec,
    build: (scope: Scope) => {
      const network = spec.build(scope);
      const { encode } = network;
      return Object.assign(network, {
        encode: (...args: Parameters<typeof encode>) => (batches.push(args[0].shape[0]), encode(...args)),
      });
    },
  };
};
const [w, b] = [[2, -3], [0.5, 0]] as const; // prettier-ignore
const values = { w: { shape: [1, 2], data: Float32Array.of(...w) }, b: { shape: [2], data: Float32Array.of(...b) }, seen: { shape: [], data: Float32Array.of(7) } }; // prettier-ignore
const weights = {
  fingerprint: "f",
  read: () => new Map(Object.entries(values)),
};

type Both = { student: "map"; teacher: "map" };
const shift: Transform = {
  name: "shift",
  options: {},
  apply: (picture, noise) => ({
    ...picture,
    images: add(picture.images, noise.uniform("by", [1, 1, 1])),
  }),
};
/** How far bottleneck, tap and logits of every view are from what they are by hand of that view's pictures; and how far views are apart. */
const reader = (): CheckedMethod => {
  const views = [1, 2, 3];
  const squares = (all: readonly Tensor[]) => meanOver(concat([...all], 3));
  const method: Method<"own", Both> = {
    name: "own",
    options: {},
    wants: { student: ["map"], teacher: ["map"] },
    build: () => {
      const seen = (step: Step<Both>, k: number) => step.view({ count: 3, transforms: [shift] }, k);
      return {
        terms: [
          {
            name: "off",
            loss: (step) =>
              squares(
                views.flatMap((k) => {
                  const { images, net } = seen(step, k);
                  const { encoding, logits } = net.teacher;
                  const line = add(mul(images, [[[[...w]]]]), [...b]);
                  const off = [encoding.bottleneck, net.teacher.tap("map")].map((map) => squaredDifference(map, images));
                  return [squaredDifference(logits, line), squaredDifference(net.teacher.decode(encoding), logits), ...off];
                }),
              ),
          },
          {
            name: "apart",
            loss: (step) => squares([squaredDifference(seen(step, 1).images, seen(step, 3).images)]),
          },
          { name: "student", loss: (step) => squares(views.map((k) => squaredDifference(seen(step, k).net.student.logits, seen(step, k).net.teacher.logits))) }, // prettier-ignore
        ],
      };
    },
  };
  return method;
};

test.each([true, false])("a frozen network runs once over all views of a request, and each gets its own (eager: %s)", async (eager) => {
  const [teacher, student]: [number[], number[]] = [[], []];
  const run = async () => {
    const store = memoryStore();
    const goal = fitting({
      nets: {
        teacher: given(told("teacher", teacher), weights),
        student: learns(told("student", student)),
      },
      methods: [fit(), reader()],
      steps: 2,
    });
    (await train([goal], { seed: 1, eager, store })).dispose();
    return store.steps.map(({ record }) => record.terms);
  };
  await run();
  const tensors = memory().numTensors;
  teacher.length = student.length = 0;
  const steps = await run();
  expect(memory().numTensors).toBe(tensors);
  for (const terms of steps) {
    expect(terms["own/off"]!.raw).toBeLessThan(1e-10);
    expect(terms["own/apart"]!.raw).toBeGreaterThan(1e-3);
  }
  // two pictures a batch; a compiled step is traced once
  const once = eager ? 2 : 1;
  expect(teacher).toEqual(Array(once).fill([6]).flat());
  expect(student).toEqual(Array(once).fill([2, 2, 2, 2]).flat());
});
