import { add, mean, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import type { Built, CheckedMethod, MapShape, Step, Wants } from "@segdistill/core/contract";
import { quarter } from "@segdistill/layer-pairs";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { featureDistance, featureSimilarity, type TwoMaps } from "./index.js";
import { drawn, type Shape } from "./testing/maps.js";
import { reduced } from "./testing/seen.js";

await startEngine();

type Taps = Readonly<Record<string, MapShape>>;
const built = (method: CheckedMethod, student: Taps, teacher: Taps, use?: () => unknown): Built<Step<Wants>> =>
  (method.build as (site: unknown) => Built<Step<Wants>>)({ net: { student: { taps: student }, teacher: { taps: teacher } }, use });
const at = (stride: number, channels: number): MapShape => ({ stride, channels });
const maps = (shape: Shape, seed: number): TwoMaps => ({ encoder: drawn(shape, seed), decoder: drawn(shape, seed + 1) });

const half = { student: { encoder: "encoder/2", decoder: "decoder/2" }, teacher: { encoder: "encoder/2", decoder: "up/2" } } as const;

test("reads the pair at a quarter of both networks, or those that are named, each tap once", () => {
  expect(featureSimilarity().wants).toEqual({ student: ["encoder/4", "decoder/4"], teacher: ["encoder/4", "decoder/4"] });
  expect(featureSimilarity({ pairs: [half, half] }).wants).toEqual({ student: ["encoder/2", "decoder/2"], teacher: ["encoder/2", "up/2"] });
});

test("pairs are summed, each a mean of its own; an image counts once", () => {
  const [student, teacher] = [
    { 4: maps([3, 2, 3, 4], 1), 2: maps([3, 4, 6, 2], 3) },
    { 4: maps([3, 2, 3, 6], 5), 2: maps([3, 4, 6, 3], 7) },
  ];
  const tapsOf = (of: typeof student, up: string) => ({ "encoder/4": of[4].encoder, "decoder/4": of[4].decoder, "encoder/2": of[2].encoder, [up]: of[2].decoder }); // prettier-ignore
  const answer = (taps: Record<string, Tensor4D>) => ({ tap: (name: string) => taps[name]! });
  const method = featureSimilarity({ pairs: [quarter[0], half] });
  const shapes: Taps = { "encoder/4": at(4, 4), "decoder/4": at(4, 4), "encoder/2": at(2, 2), "decoder/2": at(2, 2), "up/2": at(2, 2) };
  const { terms } = built(method, shapes, shapes);
  expect(terms!.map(({ name }) => name)).toEqual(["similarity"]);
  const step = { net: { student: answer(tapsOf(student, "decoder/2")), teacher: answer(tapsOf(teacher, "up/2")) } };
  const loss = terms![0]!.loss(step as never);
  const expected = add(featureDistance("cosine-map", student[4], teacher[4]), featureDistance("cosine-map", student[2], teacher[2]));
  expectClose(loss.sum, expected);
  expectClose(loss.count!, [1, 1, 1]);
  expectClose(reduced(loss), mean(expected));
});

test("the FSP control reads the teacher through paraphrasers, of encoder and decoder", () => {
  const method = featureSimilarity({ similarity: "fsp" });
  expect(method.uses!.map(({ name }) => name)).toEqual(["paraphrasers-encoder4-decoder4"]);
  expect(featureSimilarity().uses).toBeUndefined();
  const asked: unknown[] = [];
  const shift = { "encoder/4": 2, "decoder/4": 5 } as const;
  const encoders = (tap: keyof typeof shift, channels: number) => {
    asked.push([tap, channels]);
    return (map: Tensor4D): Tensor4D => add(map, shift[tap]);
  };
  const [student, teacher] = [maps([2, 2, 3, 4], 1), maps([2, 4, 5, 4], 3)];
  const shapes: Taps = { "encoder/4": at(4, 4), "decoder/4": at(4, 4) };
  const { terms } = built(method, shapes, shapes, () => encoders);
  const answer = ({ encoder, decoder }: TwoMaps) => ({ tap: (name: string) => (name === "encoder/4" ? encoder : decoder) });
  const loss = terms![0]!.loss({ net: { student: answer(student), teacher: answer(teacher) } } as never);
  expect(asked).toEqual([
    ["encoder/4", 4],
    ["decoder/4", 4],
  ]);
  expectClose(loss.sum, featureDistance("fsp", student, { encoder: add(teacher.encoder, 2), decoder: add(teacher.decoder, 5) }));
});

describe("refuses", () => {
  const thrown = (f: () => unknown): unknown => {
    try {
      f();
      return "nothing was thrown";
    } catch (error) {
      return { ...(error as object), message: (error as Error).message };
    }
  };
  const user = (code: string, message: string) => ({ name: "SegDistillError", code: `lightvessel/${code}`, exit: 2, message: `[feature-similarity] ${message}` }); // prettier-ignore
  const even: Taps = { "encoder/4": at(4, 24), "decoder/4": at(4, 24) };
  const uneven: Taps = { "encoder/4": at(4, 256), "decoder/4": at(4, 128) };

  test("no pairs", () => {
    expect(thrown(() => featureSimilarity({ pairs: [] }))).toEqual(
      user("no-pairs", "pairs is empty. Expected one layer pair or more. Leave pairs out for the one at a quarter of the picture's size."),
    );
  });

  test("layers of other sizes, in either network, whatever the similarity", () => {
    const tall: Taps = { "encoder/4": at(4, 24), "decoder/4": at(2, 24) };
    const says = (whose: string) =>
      user(
        "other-size",
        `the ${whose}'s tap "encoder/4" is 1/4 of the picture's size, "decoder/4" 1/2. Expected one size: they are compared position by position. Take taps of one size for the pair.`,
      );
    for (const similarity of ["cosine-map", "affinity", "self-affinity", "channel"] as const) {
      expect(thrown(() => built(featureSimilarity({ similarity }), tall, even))).toEqual(says("student"));
      expect(thrown(() => built(featureSimilarity({ similarity }), even, tall))).toEqual(says("teacher"));
    }
  });

  test.each(["cosine-map", "affinity", "channel"] as const)("layers of other channels, for %s", (similarity) => {
    expect(thrown(() => built(featureSimilarity({ similarity }), even, uneven))).toEqual(
      user(
        "other-channels",
        `the teacher's tap "encoder/4" has 256 channels, "decoder/4" 128. Expected as many: similarity "${similarity}" multiplies one by the other. ` +
          'Take taps of as many channels for the pair, or similarity "self-affinity".',
      ),
    );
  });

  test("nothing of what self-affinity and the control allow", () => {
    expect(thrown(() => built(featureSimilarity({ similarity: "self-affinity" }), even, uneven))).toBe("nothing was thrown");
    expect(thrown(() => built(featureSimilarity({ similarity: "fsp" }), even, uneven, () => () => null))).toBe("nothing was thrown");
  });
});
