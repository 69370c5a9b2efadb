import { add, customGrad, mean, mul, reshape, sum, zerosLike, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import type { CheckedMethod, Loss, Module, Site, State, Step, Transform, Wants } from "../contract/index.js";
import { meanOver } from "../reductions.js";
import { sgd } from "../optimisers/sgd.js";
import { from, frozen, learns } from "../stages.js";
import { fit, fitting, line, thrownBy } from "../testing/small.js";

const engine = await startEngine();

/** A method of one term. */
const term = (loss: (step: Step<Wants>, site: Site<Wants>) => Loss): CheckedMethod => ({
  name: "own",
  options: {},
  wants: {},
  build: (site: Site<Wants>) => ({ terms: [{ name: "t", loss: (step: Step<Wants>) => loss(step, site) }] }),
});
const author = (code: string, message: string) => ({ code, exit: 1, left: 0, message });
const underTeacher = (own: CheckedMethod) =>
  fitting({
    nets: { teacher: frozen(from(fitting({ name: "teacher", steps: 1 }), "student" as never)), student: learns(line()) },
    methods: [fit(), own],
  });

describe.each([true, false])("what a method must not do in a step (eager: %s); nothing is left after the throw", (eager) => {
  const thrown = async (own: CheckedMethod, goal = fitting({ methods: [fit(), own] })) => {
    const handles = engine.memory().tensors;
    const out = await thrownBy([goal], { eager });
    return { ...out, left: out.left + engine.memory().tensors - handles };
  };

  test("draw noise of one place twice", async () => {
    const own = term(({ noise }) => meanOver(add(noise.uniform("mask", [2]), noise.normal("mask", [2]))));
    expect(await thrown(own)).toEqual(
      author("core/drawn-twice", '[own/t] noise site "mask" was drawn twice in one step. Give each draw a name of its own.'),
    );
  });

  test("move state twice", async () => {
    const goal = fitting({ nets: { student: learns(line("line", { twice: true })) } });
    expect(await thrown(fit(), goal)).toEqual(
      author("core/moved-twice", '[fitting/student] state "seen" moved twice in one pass. Prepare what depends on it once and share it.'),
    );
  });

  test.each(["w", "seen"])("write a frozen network's %s", async (name) => {
    let teacher: Module | undefined;
    const spec = line("big");
    const spied = {
      ...spec,
      build: (scope: Parameters<typeof spec.build>[0]) => (teacher = spec.build(scope)),
    };
    const first = fitting({ name: "first", steps: 1, nets: { student: learns(spied) } });
    const own = term((step) => {
      const v = { ...teacher!.variables, ...teacher!.state }[name]!;
      v.assign(add(v, 1));
      return meanOver(step.images);
    });
    const goal = fitting({ nets: { teacher: frozen(from(first, "student" as never)), student: learns(line()) }, methods: [fit(), own] });
    expect(await thrown(own, goal)).toEqual(
      author(
        "core/moved-frozen",
        `[fitting] moved "first/student/${name}", which is frozen here. Write state only through State.move with the pass of the step.`,
      ),
    );
  });

  test("read a network inside a custom gradient", async () => {
    const inside = customGradOver;
    expect(await thrown(term((step) => meanOver(inside(step.images, () => step.net["student"]!.logits))))).toEqual(
      author(
        "core/inside-gradient",
        "[own/t] reads student inside a custom gradient, where nothing is recorded. Read it before and pass it in.",
      ),
    );
  });

  test.each([-1, 3])("ask for view %i of two", async (k) => {
    const own = term((step) => meanOver(step.view({ count: 2, transforms: [] }, k).images));
    expect(await thrown(own)).toEqual(author("core/no-view", `[own/t] view ${k} of a request for 2. Views are 0 (the anchor) to 2.`));
  });

  test("read a value", async () => {
    const own = term((step) => {
      const much = sum(step.images).dataSync()[0]! > 0;
      return meanOver(mul(step.images, much ? 1 : 2));
    });
    const found = (await thrown(own)) as { readonly code: string; readonly message: string };
    expect([found.code, found.message.replace(/\.ts:\d+:\d+/, ".ts")]).toEqual([
      "backend/read-inside",
      `[backend] the values of a ${eager ? "tensor" : "result of Sum"} [] were read inside a step at packages/core/src/step/step.test.ts. A step is one tensor program: decide with tf.where, or feed the number as a tensor.`,
    ]);
  });

  test.each<[string, (x: Tensor) => Loss, string]>([
    ["a scalar", (x: Tensor) => ({ sum: sum(x) }), ""],
    ["a number a pixel", (x: Tensor) => ({ sum: reshape(x, [2, 6]) as never }), "2, 6"],
    ["a count of another length", (x: Tensor) => ({ sum: mean(reshape(x, [2, 6]), 1), count: sum(reshape(x, [2, 6]), 0) }) as Loss, "6"],
  ])("give %s instead of one number an image", async (_, loss, shape) => {
    expect(await thrown(term((step) => loss(step.images)))).toEqual(
      author(
        "core/not-per-image",
        `[own/t] gave a sum of shape [${shape}]; one number an image is expected, [2]. Use meanOver or totalOf.`,
      ),
    );
  });

  test("read a tap that it did not ask for and that is not there", async () => {
    expect(await thrown(term((step) => meanOver(step.net["student"]!.tap("decoder/9" as never))))).toEqual({
      code: "core/no-tap",
      exit: 2,
      left: 0,
      message: '[own/t] stage "fitting": student has no tap "decoder/9". It has map.',
    });
  });

  test("throw an error of its own, in the gradient too", async () => {
    const mine = () => {
      throw new Error("mine");
    };
    expect(await thrown(term(mine))).toMatchObject({ message: "mine", left: 0 });
    const late = (x: Tensor): Tensor => customGrad((z) => ({ value: mul(z as Tensor, 2), gradFunc: mine }))(x);
    expect(await thrown(term((step) => meanOver(late(step.net["student"]!.logits))))).toMatchObject({ message: "mine", left: 0 });
    expect(await thrown(term(mine), underTeacher(term(mine)))).toMatchObject({ message: "mine", left: 0 });
  });

  test("throw in a view, an opponent, a collected mean or a gate", async () => {
    const breaks = (): never => {
      throw new Error("mine");
    };
    const transform: Transform = { name: "breaks", options: {}, apply: breaks };
    const views = term((step) => meanOver(step.view({ count: 1, transforms: [transform] }, 1).images));
    const module = (site: Site<Wants>): Module & { s: State } =>
      site.scope.module("m", (make) => ({ w: make.variable("w", [1], "ones"), s: make.state("s", [1], "zeros") }));
    const built = (more: (site: Site<Wants>) => object): CheckedMethod => ({ name: "own", options: {}, wants: {}, build: more as never });
    for (const own of [
      views,
      built((site) => ({ adversaries: [{ name: "d", module: module(site), optimiser: sgd({ rate: 1 }), loss: breaks }] })),
      built((site) => ({ collect: [{ into: module(site).s, when: "start", of: breaks }] })),
      built(() => ({ gates: [{ name: "g", measure: breaks, accept: () => true, otherwise: "stop" }] })),
    ])
      expect(await thrown(own)).toMatchObject({ message: "mine", left: 0 });
  });
});

/** Doubles x in a custom gradient, and does something else there. */
function customGradOver(x: Tensor4D, also: () => unknown): Tensor4D {
  return customGrad((z) => {
    also();
    return { value: mul(z as Tensor, 2), gradFunc: (dy: Tensor) => zerosLike(dy) };
  })(x) as Tensor4D;
}

test("a number that a method counts up in JavaScript is told with its line where the run checks, and baked in without a word where it does not", async () => {
  const counting = (): CheckedMethod => {
    let warm = 0;
    return term((step) => meanOver(mul(step.images, ++warm)));
  };
  const run = async (check: boolean): Promise<string> => {
    const { message } = (await thrownBy([fitting({ methods: [fit(), counting()] })], { check })) as { readonly message: string };
    return message.replace(/\.ts:\d+:\d+/, ".ts");
  };
  expect(await run(true)).toMatch(
    /^\[backend\] compiled function "fitting" is not what was traced any more: input 1 of Mul was \d+, it is \d+ now at packages\/core\/src\/step\/step\.test\.ts\. A number of JavaScript /,
  );
  const nothing = "the run was expected to throw";
  await expect(run(false)).rejects.toThrow(nothing);
  await expect(thrownBy([fitting({ methods: [fit()] })], { check: true })).rejects.toThrow(nothing); // what is right passes
});
