import { scalar, tensor1d } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { fitting, thrownBy } from "../testing/small.js";
import { groups } from "./groups.js";
import { sgd } from "./sgd.js";

await startEngine();

test("by hand: the longest beginning that fits counts, whole parts of a name only", () => {
  const optimiser = groups({ student: 0.5, "student/encoder": 0.1, "student/head": 0 }, sgd({ rate: 2, decay: 1 }));
  const after = (name: string): number =>
    optimiser
      .update({ name, value: tensor1d([1]), gradient: tensor1d([3]), slots: [], rate: scalar(2), count: scalar(1) })
      .value.dataSync()[0]!;
  // w − factor·rate·(g + decay·w) = 1 − factor·2·4
  expect(after("student/encoder/1/conv/kernel")).toBeCloseTo(0.2, 6);
  expect(after("student/encoder2/kernel")).toBeCloseTo(-3, 6);
  expect(after("student/head/kernel")).toBe(1);
  expect(after("paraphraser/kernel")).toBeCloseTo(-7, 6);
});

test("a group that fits no variable is an error at the start", async () => {
  const stage = fitting({ optimiser: groups({ "student/b": 0.1, "student/encoder": 0.1 }, sgd({ rate: 1 })) });
  expect(await thrownBy([stage])).toEqual({
    code: "core/no-variables",
    exit: 2,
    left: 0,
    message:
      'stage "fitting": the optimiser treats "student/encoder" apart, but no variable\'s name begins so. Beginnings here: student/w, student/b, student/seen.',
  });
});
