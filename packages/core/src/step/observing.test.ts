import { startEngine } from "@segdistill/backend";
import { cast, greater, mean, memory, reshape, slice, stack, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import type { Batches, Built, CheckedMethod, Step, Wants } from "../contract/index.js";
import { cases, fit, fitting } from "../testing/small.js";
import { together } from "../together.js";
import { train } from "../train.js";
import type { Observed } from "./observing.js";

await startEngine();

/** The mean pixel of every picture and its first one; pictures whose first pixel is below 0 have no vector. */
const seeing: CheckedMethod = {
  name: "seeing",
  options: {},
  wants: { student: [] },
  build: () =>
    ({
      observes: [
        {
          name: "pixels",
          of: ({ images }: Step<Wants>) => {
            const first = reshape(slice(images, [0, 0, 0, 0], [-1, 1, 1, 1]), [-1]) as Tensor1D;
            return { vectors: stack([mean(images, [1, 2, 3]), first], 1) as Tensor2D, counts: cast(greater(first, 0), "float32") };
          },
        },
        {
          name: "logit",
          of: ({ net, valid }: Step<Wants>) => ({
            vectors: reshape(slice(net["student"]!.logits, [0, 1, 2, 0], [-1, 1, 1, 1]), [-1, 1]) as Tensor2D,
            counts: mean(valid, [1, 2]),
          }),
        },
      ],
    }) as unknown as Built<never>,
};

const gathered = async (of: AsyncIterable<readonly Observed[]>): Promise<(readonly Observed[])[]> => {
  const all: (readonly Observed[])[] = [];
  for await (const batch of of) all.push(batch);
  return all;
};

describe("what methods observe", () => {
  test.each([true, false])("is a row for every picture that has one, on networks as they ended (op by op: %s)", async (eager) => {
    const goal = fitting({ methods: [fit(), seeing] });
    const trained = await train([goal], { seed: 1, eager });
    const before = memory().numTensors;
    const found = await gathered(trained.observe(goal, cases({ fingerprint: "other" })));
    expect(memory().numTensors).toBe(before);
    const { w, b } = trained.network(goal, "student").variables;
    const [weight, bias] = [w!.dataSync()[0]!, b!.dataSync()[0]!];
    const pixel = (id: string, at: number): number => Math.sin(at + 10 * id.charCodeAt(0));
    const order = [["a", "b"], ["c", "d"]]; // prettier-ignore
    expect(found.map((batch) => batch.map(({ name, size }) => [name, size]))).toEqual(order.map(() => [["seeing/pixels", 2], ["seeing/logit", 1]])); // prettier-ignore
    for (const [i, ids] of order.entries()) {
      const [pixels, logit] = found[i]! as [Observed, Observed];
      const positive = ids.filter((id) => pixel(id, 0) > 0);
      expect(pixels.cases).toEqual(positive);
      expect(logit.cases).toEqual(ids);
      const rows = positive.flatMap((id) => [[0, 1, 2, 3, 4, 5].reduce((sum, at) => sum + pixel(id, at) / 6, 0), pixel(id, 0)]);
      for (const [at, value] of rows.entries()) expect(pixels.vectors[at]).toBeCloseTo(value, 5);
      for (const [at, id] of ids.entries()) expect(logit.vectors[at]).toBeCloseTo(pixel(id, 5) * weight + bias, 5);
    }
    trained.dispose();
  });
  test("is named by its method, also in one that is several", async () => {
    const goal = fitting({ methods: [fit(), together("both", seeing)] });
    const trained = await train([goal], { seed: 1, eager: true });
    const [first] = await gathered(trained.observe(goal, cases()));
    expect(first!.map(({ name }) => name)).toEqual(["both/seeing/pixels", "both/seeing/logit"]);
    trained.dispose();
  });
  test("is nothing where no method observes: no data is read", async () => {
    const goal = fitting();
    const trained = await train([goal], { seed: 1, eager: true });
    const unread: Batches = { ...cases(), epoch: () => { throw new Error("was read"); } }; // prettier-ignore
    expect(await gathered(trained.observe(goal, unread))).toEqual([]);
    trained.dispose();
  });
});
