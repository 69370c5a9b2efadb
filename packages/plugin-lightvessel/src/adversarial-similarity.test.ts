import {
  add,
  concat,
  fill,
  gather,
  grad,
  mul,
  mean,
  neg,
  oneHot,
  reshape,
  sub,
  square,
  tensor,
  tensor1d,
  tensor3d,
  tensor4d,
  valueAndGrads,
  variableGrads,
  zeros,
  cast,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose, gradcheck } from "@segdistill/core/testing";
import { patchDiscriminator } from "@segdistill/models/blocks";
import { describe, expect, test } from "vitest";
import {
  adversarialSimilarity,
  annotationDistance,
  cosineMap,
  maskedAnnotation,
  maskedProbabilities,
  scoreDistance,
  type AdversarialSimilarityOptions,
} from "./index.js";
import { drawn, largest, number, sines, turned, twice, type Shape } from "./testing/maps.js";
import { expectSample } from "./testing/sample.js";
import { built, fixedScope, type Seen } from "./testing/seen.js";
import { batchOf as batchOfPicture, readSteps } from "../test/steps.js";

await startEngine();

describe("by hand", () => {
  // Two positions; what D makes of annotation, teacher and student.
  const phi = {
    annotation: tensor4d([3, 4, 1, 0], [1, 1, 2, 2]),
    teacher: tensor4d([4, 3, 2, 0], [1, 1, 2, 2]), // ρ 0.96 and 1
    student: tensor4d([4, -3, 0, 5], [1, 1, 2, 2]), // ρ 0 and 0
  };

  test("variant A: the squared difference of both cosines with the annotation", () => {
    expectClose(annotationDistance(phi), tensor([0.96 ** 2, 1], [1, 1, 2]));
  });

  test("variant A, where teacher and annotation look the same: ρ of the teacher is 1", () => {
    expectClose(annotationDistance({ ...phi, teacher: mul(phi.annotation, 3) }), [1, 1]);
  });

  test("variant A is at most 4, where the student is opposed to what the teacher agrees with", () => {
    expectClose(annotationDistance({ annotation: phi.annotation, teacher: phi.annotation, student: neg(phi.annotation) }), [4, 4]);
  });

  test("variant B: the squared difference of the scores", () => {
    expectClose(scoreDistance(tensor4d([1, -2], [1, 1, 2, 1]), tensor4d([0.5, 1], [1, 1, 2, 1])), tensor([0.25, 9], [1, 1, 2, 1]));
  });

  const valid = tensor3d([1, 0], [1, 1, 2]);

  test("probabilities, 0 in every class where a pixel is not valid", () => {
    expectClose(maskedProbabilities(tensor4d([Math.log(3), 0, 5, 5], [1, 1, 2, 2]), valid), tensor([0.75, 0.25, 0, 0], [1, 1, 2, 2]));
  });

  test("the annotation, smoothed by 0.1 over four classes, and 0 where a pixel is not valid", () => {
    const labels = tensor4d([0, 1, 0, 0, 1, 0, 0, 0], [1, 1, 2, 4]);
    expectClose(maskedAnnotation(labels, valid), [0, 1, 0, 0, 0, 0, 0, 0]);
    expectClose(maskedAnnotation(labels, valid, 0.1), [0.025, 0.925, 0.025, 0.025, 0, 0, 0, 0]);
  });
});

const fixture = readSteps();
const { picture, width, weights } = fixture;
const batchOf = (batch: 1 | 3): Seen => batchOfPicture(batch, picture);
const { height, width: columns, classes } = picture;

test("the fixture has eight distances and three steps", () => expect([fixture.distances.length, fixture.steps.length]).toEqual([8, 3]));

test.each(fixture.distances.map((one) => [one.kind, one.student.shape[0], one] as const))(
  "PyTorch: variant A of hidden layers, %s maps, batch of %i",
  (_, __, { annotation, teacher, student, loss, gradient }) => {
    const f = (phi: Tensor): Scalar => mean(annotationDistance({ annotation, teacher, student: phi as Tensor4D }));
    expect(Math.abs(number(f(student)) / loss - 1)).toBeLessThan(1e-4);
    const slope = grad(f)(student);
    if (largest(gradient) < 1e-12) expect(largest(slope)).toBeLessThan(1e-7);
    else expectClose(slope, gradient, { what: "gradient" });
  },
);

const made = (options: AdversarialSimilarityOptions) => built(adversarialSimilarity({ width, ...options }), picture, weights);
type Made = ReturnType<typeof made>;
/** A term's value and its gradient in the student's logits. */
const sloped = (d: Made, term: string, seen: Seen): { readonly value: Tensor; readonly slope: Tensor } => {
  const { value, grads } = valueAndGrads((z: Tensor) => d.value(term, { ...seen, student: z as Tensor4D }))([seen.student]);
  return { value, slope: grads[0]! };
};

describe.each(fixture.steps)(
  "PyTorch: a step of $batch images, annotation smoothed by $smoothing",
  ({ batch, smoothing, terms, opponent }) => {
    const seen = batchOf(batch);

    test.each([
      ["similarity", "A", { variant: "A" }],
      ["similarity", "B", { variant: "B" }],
      ["adversarial", "wgan-gp", { loss: "wgan-gp" }],
      ["adversarial", "lsgan", { loss: "lsgan" }],
      ["adversarial", "hinge", { loss: "hinge" }],
    ] as const)("term %s, %s", (term, name, options) => {
      const { value, slope } = sloped(made({ smoothing, ...options }), term, seen);
      expect(Math.abs(number(value) / terms[name].loss - 1)).toBeLessThan(1e-4);
      expectSample(slope, terms[name].gradient, "gradient");
    });

    test.each(opponent)("the discriminator, $loss, real is $real", ({ loss, real, value, gradients }) => {
      const d = made({ loss, real, smoothing });
      const { value: found, grads } = variableGrads(() => d.opponent(seen), Object.values(d.variables));
      expect(Math.abs(number(found) / value - 1)).toBeLessThan(1e-4);
      expect(Object.keys(gradients).length).toBeGreaterThan(5);
      for (const [name, expected] of Object.entries(gradients)) expectSample(grads[d.variables[name]!.name]!, expected, name);
    });
  },
);

describe("the method", () => {
  const seen = batchOf(3);

  test("has the discriminator of methods.md 2.7: 2,764,737 parameters for one picture channel and two classes", () => {
    const { variables } = built(adversarialSimilarity(), { ...picture, classes: 2 });
    expect(Object.values(variables).reduce((all, { size }) => all + size, 0)).toBe(2_764_737);
  });

  test("runs the discriminator three times in the student's step, whichever terms read it; twice for variant B", () => {
    for (const [variant, runs] of [
      ["A", 3],
      ["B", 2],
    ] as const) {
      const method = adversarialSimilarity({ width, variant });
      const { step, reads } = built(method, picture, weights).stepOf(seen);
      const { terms } = method.build!({ scope: fixedScope(weights).scope, picture } as never);
      for (const { loss } of terms!) loss(step as never);
      expect(reads()).toBe(runs);
    }
  });

  test("P1: with the teacher's logits the student's similarity is 0, and so is its gradient", () => {
    for (const variant of ["A", "B"] as const) {
      const { value, slope } = sloped(made({ variant }), "similarity", { ...seen, student: seen.teacher });
      expect([number(value), largest(slope)]).toEqual([0, 0]);
    }
  });

  test("a teacher that predicts the annotation has ρ = 1 everywhere: A is (1 − ρ_S)²", () => {
    const labelled = fill([3], 1) as Tensor1D;
    const labels = reshape(cast(oneHot(tensor1d(Array.from({ length: 3 * height * columns }, (_, u) => (u * u) % 3), "int32"), 3), "float32"), [3, height, columns, 3]) as Tensor4D; // prettier-ignore
    const here = { ...seen, labels, labelled, teacher: mul<Tensor4D>(labels, 1000) };
    const { scope } = fixedScope(weights);
    const d = patchDiscriminator({ in: 1 + classes, width });
    const at = scope.module("d", (make) => ({ at: d.build(make, "score") })).at({} as never);
    const phi = (q: Tensor4D): Tensor4D => at(concat([here.images, q], 3)).hidden;
    const annotation = phi(maskedAnnotation(labels, here.valid!));
    const rho = cosineMap(annotation, phi(maskedProbabilities(here.student, here.valid!)));
    expect(Math.max(...rho.dataSync().map(Math.abs))).toBeLessThanOrEqual(1 + 1e-6);
    const expected = number(mean(square(sub(1, rho))));
    expect(expected).toBeGreaterThan(1e-3);
    expect(number(made({}).value("similarity", here))).toBeCloseTo(expected, 5);
  });

  const each = (f: <T extends Tensor>(x: T) => T, { images, student, teacher, labels, valid, labelled, mix }: Seen): Seen => ({
    images: f(images),
    student: f(student),
    teacher: f(teacher),
    labels: f(labels),
    valid: f(valid!),
    labelled: f(labelled!),
    mix: f(mix!),
  });
  const values = (d: Made, of: Seen): readonly number[] =>
    [d.value("similarity", of), d.value("adversarial", of), d.opponent(of)].map(number);
  const kinds: readonly AdversarialSimilarityOptions[] = [
    {},
    { variant: "B", real: "annotation-and-teacher" },
    { loss: "lsgan" },
    { loss: "hinge" },
  ];

  test.each(kinds)("P3m and P6 of both terms and the discriminator's loss, %o", (options) => {
    const d = made(options);
    const found = values(d, seen);
    for (const f of [twice, turned])
      for (const [i, other] of values(d, each(f, seen)).entries()) expect(Math.abs(other / found[i]! - 1)).toBeLessThan(1e-5);
  });

  test.each(kinds)("images without a label, and pixels that are not valid: what is said of them changes nothing, %o", (options) => {
    const d = made(options);
    const [b, pixels] = [3, height * columns];
    const changed = Array.from({ length: b * pixels * classes }, (_, i) => {
      const u = Math.floor(i / classes);
      return u % 7 === 3 || (u >= pixels && u < 2 * pixels) ? 1 : 0;
    });
    const shape: Shape = [b, height, columns, classes];
    const where = tensor4d(changed, shape);
    const labels: Tensor4D = mul(seen.labels, sub(1, where));
    expect(values(d, { ...seen, labels: add(labels, where) })).toEqual(values(d, { ...seen, labels }));
    const hidden = mul<Tensor4D>(tensor4d(changed.map((_, i) => Number(Math.floor(i / classes) % 7 === 3)), shape), sines(shape, 9, 5)); // prettier-ignore
    const moved = (z: Tensor4D): Tensor4D => add(z, hidden);
    expect(values(d, { ...seen, student: moved(seen.student), teacher: moved(seen.teacher) })).toEqual(values(d, seen));
  });

  test("images count by what is read of them: A and the discriminator need a label, B and the adversarial term do not", () => {
    const count = (options: AdversarialSimilarityOptions, term: string): readonly number[] => [
      ...mul(made(options).term(term, seen).count!, 1).dataSync(),
    ];
    const share = (counts: readonly number[]): readonly number[] => counts.map((n) => n / Math.max(...counts));
    expect(share(count({}, "similarity"))).toEqual([1, 0, 1]);
    expect(share(count({ variant: "B" }, "similarity"))).toEqual([1, 1, 1]);
    expect(share(count({}, "adversarial"))).toEqual([1, 1, 1]);
    const images = (take: readonly number[]): Seen => each(<T extends Tensor>(x: T): T => gather(x, tensor1d([...take], "int32")), seen);
    const d = made({});
    expect(number(d.opponent(seen))).toBeCloseTo(number(d.opponent(images([0, 2]))), 3);
    expect(number(d.value("similarity", seen))).toBeCloseTo(number(d.value("similarity", images([0, 2]))), 6);
    const none = { ...seen, labelled: zeros([3]) as Tensor1D };
    expect([number(d.value("similarity", none)), number(d.opponent(none))]).toEqual([0, 0]);
    // without any annotation the teacher alone is real
    const taught = made({ real: "annotation-and-teacher" });
    const asAnnotation = { ...seen, labels: maskedProbabilities(seen.teacher, seen.valid!), labelled: fill([3], 1) as Tensor1D };
    expect(number(taught.opponent(none)) / number(d.opponent(asAnnotation))).toBeCloseTo(1, 5);
  });

  test.each([
    ["zeros", (s: Shape) => zeros(s)],
    ["constant", (s: Shape) => fill(s, 3)],
    ["one class only", (s: Shape) => mul(tensor1d([-1e4, 1e4, -1e4]), fill(s, 1))],
  ] as const)("P4 finite: %s, of student, teacher and pictures, with a class absent", (_, map) => {
    const shape: Shape = [3, height, columns, classes];
    const hard: Partial<Seen>[] = [
      { student: map(shape) as Tensor4D },
      { teacher: map(shape) as Tensor4D },
      { student: map(shape) as Tensor4D, teacher: map(shape) as Tensor4D, images: zeros([3, height, columns, 1]) as Tensor4D },
      { labels: mul(seen.labels, tensor1d([1, 0, 1])) },
    ];
    for (const options of kinds) {
      const d = made(options);
      for (const more of hard) {
        const here = { ...seen, ...more };
        expect(values(d, here).every(Number.isFinite)).toBe(true);
        for (const term of ["similarity", "adversarial"])
          expect([...sloped(d, term, here).slope.dataSync()].every(Number.isFinite)).toBe(true);
        const { grads } = variableGrads(() => d.opponent(here), Object.values(d.variables));
        expect(Object.values(grads).every((g) => [...g.dataSync()].every(Number.isFinite))).toBe(true);
      }
    }
  });

  test.each([
    ["similarity", {}],
    ["similarity", { variant: "B" }],
    ["adversarial", { loss: "lsgan" }],
  ] as const)("P5 central differences of %s, %o", async (term, options) => {
    const one = batchOf(1);
    const d = made(options);
    await gradcheck((z) => d.value(term, { ...one, student: z as Tensor4D }), [drawn([1, height, columns, classes], 4, 0.5)], {
      name: term,
    });
  });

  test("refuses pictures below 32 pixels", () => {
    for (const [h, w] of [
      [31, 64],
      [64, 31],
    ] as const) {
      const thrown = (): unknown => {
        try {
          return built(adversarialSimilarity(), { height: h, width: w, channels: 1, classes: 2 });
        } catch (error) {
          return { ...(error as object), message: (error as Error).message };
        }
      };
      expect(thrown()).toEqual({
        name: "SegDistillError",
        code: "lightvessel/picture-too-small",
        exit: 2,
        message: `[adversarial-similarity] pictures are ${h} × ${w} pixels, and the discriminator needs 32 × 32. Take larger patches (sample.patch), or leave the method out.`,
      });
    }
  });
});
