import { startEngine } from "@segdistill/backend";
import {
  given,
  learns,
  memoryStore,
  namedVariables,
  sgd,
  stage,
  train,
  type Batch,
  type Data,
  type Module,
  type Stage,
} from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { logits, supervised } from "@segdistill/plugin-kd";
import { expect, test } from "vitest";

await startEngine();

const picture = { height: 16, width: 32, channels: 1, classes: 3 };
const pixels = 2 * 16 * 32;

/** Two images in one batch: the second has no label, a band of the first is not valid; `wrong` puts other labels there. */
function data(wrong: boolean): Data {
  const hidden = (i: number): boolean => i >= pixels / 2 || i < 64;
  const batch: Batch = {
    images: Float32Array.from({ length: pixels }, (_, i) => Math.sin(i * 1.7)),
    labels: Uint8Array.from({ length: pixels }, (_, i) => (hidden(i) && wrong ? 255 : (i * i) % 3)),
    valid: Uint8Array.from({ length: pixels }, (_, i) => Number(i >= 64)),
    labelled: Uint8Array.of(1, 0),
    cases: ["a", "b"],
    occurrences: [0, 0],
  };
  const epoch = async function* () {
    await Promise.resolve();
    yield batch;
  };
  return { picture, fingerprint: "two", batchSize: 2, batchesPerEpoch: 1, epoch };
}

type Copies = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
/** Copies of a network's variables and running averages, by the network's own names. */
const copiesOf = (network: Module): Copies =>
  new Map(
    [...namedVariables([network])].map(([name, v]) => [
      name.slice(network.name.length + 1),
      { shape: v.shape, data: Float32Array.from(v.dataSync()) },
    ]),
  );

/** Two steps under a teacher of first values: what the teacher was, what both networks are, and the terms. */
async function moved(rate: number, methods: Stage["methods"], of = data(false)) {
  const common = { data: of, optimiser: sgd({ rate }) };
  const big = uNet({ width: 2, classes: 3 });
  const fresh = stage({ name: "fresh", nets: { net: learns(big) }, methods: [], steps: 0, ...common });
  const first = await train([fresh], { seed: 3 });
  const before = copiesOf(first.network(fresh as unknown as Stage, "net"));
  first.dispose();
  const nets = { teacher: given(big, { fingerprint: "fresh", read: () => before }), student: learns(uNet({ width: 1, classes: 3 })) };
  const goal: Stage = { name: "distilled", nets, methods, steps: 2, ...common };
  const store = memoryStore();
  const trained = await train([goal], { seed: 3, store });
  const [teacher, student] = ["teacher", "student"].map((role) => copiesOf(trained.network(goal, role))) as [Copies, Copies];
  trained.dispose();
  return { before, teacher, student, raws: store.steps.map(({ record }) => record.terms) };
}

test("P2: two steps move the student and leave the teacher as it was, running averages too", async () => {
  const { before, teacher, student, raws } = await moved(0.1, [logits({ temperature: 4 })]);
  expect(teacher).toEqual(before);
  expect([...before.keys()].some((name) => name.endsWith("/variance"))).toBe(true);
  const still = (await moved(0, [logits({ temperature: 4 })])).student;
  const same = [...student].filter(([name, values]) => values.data.every((x, i) => x === still.get(name)!.data[i]));
  expect(same.map(([name]) => name)).toEqual([]);
  expect(raws[1]!["logits/kl"]!.raw).toBeLessThan(raws[0]!["logits/kl"]!.raw);
});

test("labels of unlabelled images and of invalid pixels change no byte", async () => {
  const methods = [supervised(), logits()];
  const [right, wrong] = [await moved(0.1, methods), await moved(0.1, methods, data(true))];
  expect(wrong).toEqual(right);
});
