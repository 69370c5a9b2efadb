import { grads, mean, mul, tensor, valueAndGrads, variableGrads, type Scalar, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { readFixture } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { adversarialSimilarity, type Similarity, type TwoMaps } from "../src/index.js";
import { number, sines, type Shape } from "../src/testing/maps.js";
import type { Sample } from "../src/testing/sample.js";
import { built } from "../src/testing/seen.js";
import { batchOf, readSteps } from "./steps.js";
import { wrongDistance, wrongDistances, type WrongDistance } from "./wrong-distances.js";
import { wrongStep, wrongSteps, type WrongStep } from "./wrong-steps.js";

// LightVessel's formulas a second time, with a switch for every error that one could make. As they are they give PyTorch's values and gradients; with any of the errors some fixture tells.

await startEngine();

interface Case {
  readonly similarity: Similarity;
  readonly loss: number;
}
const features = readFixture(new URL("../fixtures/feature_similarity.json", import.meta.url), tensor) as {
  readonly cases: readonly (Case & Record<"student" | "teacher" | "gradients", readonly [Tensor4D, Tensor4D]>)[];
  readonly large: readonly (Case & { readonly shapes: readonly [readonly [Shape, Shape], readonly [Shape, Shape]]; readonly gradients: readonly [Sample, Sample] })[]; // prettier-ignore
};
const two = ([encoder, decoder]: readonly [Tensor4D, Tensor4D]): TwoMaps => ({ encoder, decoder });

/** To 1e-4 of the largest entry; where there is none but rounding, to 1e-7. */
const near = (found: ArrayLike<number>, expected: readonly number[] | Float32Array): boolean => {
  const most = Math.max(...expected.map(Math.abs));
  return Array.from(expected).every((x, i) => Math.abs(found[i]! - x) <= (most < 1e-12 ? 1e-7 : 1e-4 * most));
};
const sampled = (found: Tensor, { every, values, rms }: Sample): boolean => {
  const data = found.dataSync<"float32">();
  const own = Math.sqrt(data.reduce((all, x) => all + x * x, 0) / data.length);
  return Math.abs(own / rms - 1) < 1e-4 && near(values.map((_, i) => data[i * every]!), [...values, rms].slice(0, -1)); // prettier-ignore
};
const value = (found: Tensor, expected: number): boolean => Math.abs(number(found) - expected) <= 1e-4 * Math.abs(expected) + 1e-9;

/** The similarity in which an implementation differs from PyTorch: the first one found. */
function distanceTold(wrong: WrongDistance): Similarity | undefined {
  const distance = wrongDistance(wrong);
  const sloped = (similarity: Similarity, student: TwoMaps, teacher: TwoMaps) => {
    const loss = (encoder: Tensor, decoder: Tensor): Scalar => mean(distance(similarity, { encoder: encoder as Tensor4D, decoder: decoder as Tensor4D }, teacher)); // prettier-ignore
    return { found: loss(student.encoder, student.decoder), slopes: grads(loss)([student.encoder, student.decoder]) };
  };
  const differs = features.cases.find(({ similarity, student, teacher, loss, gradients }) => {
    const { found, slopes } = sloped(similarity, two(student), two(teacher));
    return !(value(found, loss) && slopes.every((slope, i) => near(slope.dataSync(), [...gradients[i]!.dataSync()])));
  });
  const large = ({ similarity, shapes, loss, gradients }: (typeof features)["large"][number]): boolean => {
    const [student, teacher] = shapes.map(([e, d], i) => ({ encoder: sines(e, 2 * i), decoder: sines(d, 2 * i + 1) })) as [
      TwoMaps,
      TwoMaps,
    ];
    const { found, slopes } = sloped(similarity, student, teacher);
    return !(value(found, loss) && slopes.every((slope, i) => sampled(slope, gradients[i]!)));
  };
  return (differs ?? features.large.find(large))?.similarity;
}

describe("feature similarities", () => {
  test("the second implementation is PyTorch's", () => expect(distanceTold("nothing")).toBeUndefined());
  test.each(wrongDistances)("%s: told", (wrong) => expect(distanceTold(wrong)).toBeDefined());
});

const fixture = readSteps();
const [, , smoothed] = fixture.steps;

/** The losses in which an implementation of a step differs from PyTorch; `first` ends with the first of them. */
function stepsTold(wrong: WrongStep, first = true): readonly string[] {
  const told: string[] = [];
  const { variables, ...step } = wrongStep(wrong, fixture);
  for (const { batch, smoothing, terms, opponent } of fixture.steps) {
    const seen = batchOf(batch, fixture.picture);
    for (const [name, { loss, gradient }] of Object.entries(terms)) {
      const of = (z: Tensor): Tensor => {
        const here = { ...seen, student: z as Tensor4D };
        return name === "A" || name === "B" ? step.similarity(name, here, smoothing) : step.adversarial(name as "wgan-gp", here);
      };
      const found = valueAndGrads(of)([seen.student]);
      if (!(value(found.value, loss) && sampled(found.grads[0]!, gradient))) told.push(name);
      if (first && told.length > 0) return told;
    }
    for (const { loss, real, value: expected, gradients } of opponent) {
      const found = variableGrads(() => step.opponent(loss, real, seen, smoothing) as Scalar, Object.values(variables));
      const slopes = Object.entries(gradients).every(([name, of]) => sampled(found.grads[variables[name]!.name]!, of));
      if (!(value(found.value, expected) && slopes)) told.push(`discriminator, ${loss}, ${real}`);
      if (first && told.length > 0) return told;
    }
  }
  // the fixture's slopes are all above 1: a discriminator of small scores, whose are below, is held against the package's own
  const faint = { ...fixture, weights: { ...fixture.weights, "score/last/kernel": mul(fixture.weights["score/last/kernel"]!, 1e-3) } };
  const seen = batchOf(1, fixture.picture);
  const own = built(adversarialSimilarity({ width: fixture.width }), fixture.picture, faint.weights).opponent(seen);
  if (!value(wrongStep(wrong, faint).opponent("wgan-gp", "annotation", seen, 0), number(own))) told.push("discriminator, slopes below 1");
  return told;
}

describe("adversarial similarity", () => {
  test("the second implementation is PyTorch's", () => {
    expect(smoothed!.smoothing).toBe(0.1);
    expect(stepsTold("nothing", false)).toEqual([]);
  });
  test.each(wrongSteps)("%s: told", (wrong) => expect(stepsTold(wrong)).not.toEqual([]));
});
