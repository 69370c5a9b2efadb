import { startEngine } from "@segdistill/backend";
import { frozen, from, learns, memoryStore, sgd, stage, train, type Batch, type Data, type Stage } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import {
  attention,
  cocod,
  emkd,
  factorTransfer,
  fsp,
  intraClassVariation,
  structuredKnowledge,
  variationalInformation,
} from "@segdistill/plugin-classics";
import { expect, test } from "vitest";

await startEngine();

const pixels = 2 * 32 * 48;
/** Two images: the second has no label, a band of the first is not valid; `wrong` puts other labels there. */
const data = (wrong: boolean): Data => {
  const hidden = (i: number): boolean => i >= pixels / 2 || i < 96;
  const batch: Batch = {
    images: Float32Array.from({ length: pixels }, (_, i) => Math.sin(i * 1.7)),
    labels: Uint8Array.from({ length: pixels }, (_, i) => (hidden(i) && wrong ? 255 : (i * i) % 3)),
    valid: Uint8Array.from({ length: pixels }, (_, i) => Number(i >= 96)),
    labelled: Uint8Array.of(1, 0),
    cases: ["a", "b"],
    occurrences: [0, 0],
  };
  const epoch = async function* () {
    await Promise.resolve();
    yield batch;
  };
  const picture = { height: 32, width: 48, channels: 1, classes: 3 };
  return { picture, fingerprint: "two", batchSize: 2, batchesPerEpoch: 1, epoch };
};

const paraphraser = { epochs: 2 };
const methods: Stage["methods"] = [
  attention(),
  fsp({ paraphraser }),
  factorTransfer({ paraphraser }),
  variationalInformation(),
  structuredKnowledge({ adversarial: { width: 2 } }),
  intraClassVariation(),
  emkd(),
  cocod({ paraphraser, adversarial: { width: 2 } }),
];

/** All eight for two steps: teacher before and after, student, terms. */
async function moved(rate: number, of = data(false)) {
  const common = { data: of, optimiser: sgd({ rate }) };
  const teacher = stage({ name: "teacher", nets: { net: learns(uNet({ width: 2, classes: 3 })) }, methods: [], steps: 0, ...common });
  const nets = { teacher: frozen(from(teacher, "net")), student: learns(uNet({ width: 1, classes: 3 })) };
  const goal: Stage = { name: "distilled", nets, methods, steps: 2, ...common } as never;
  const store = memoryStore();
  const trained = await train([goal], { seed: 3, store });
  const read = (of: Stage, role: string) => {
    const { variables, state } = trained.network(of, role);
    return new Map(Object.entries({ ...variables, ...state }).map(([name, v]) => [name, [...v.dataSync()]]));
  };
  const out = { before: read(teacher as unknown as Stage, "net"), after: read(goal, "teacher"), student: read(goal, "student") };
  trained.dispose();
  return { ...out, steps: store.steps };
}

const right = await moved(1e-2);

test("P2: the student moves, all of it, and the teacher keeps every byte, running averages too", async () => {
  const still = await moved(0);
  expect(right.after).toEqual(right.before);
  expect([...right.before.keys()].some((name) => name.endsWith("/variance"))).toBe(true);
  const same = [...right.student].filter(([name, values]) => values.every((x, i) => x === still.student.get(name)![i]));
  expect(same.map(([name]) => name)).toEqual([]);
});

test("FSP, FT and CoCoD share one stage of paraphrasers", () => {
  const paraphrasers = Array<string>(2).fill("paraphrasers-encoder4-decoder4-2epochs");
  expect(right.steps.map((one) => one.stage)).toEqual([...paraphrasers, "distilled", "distilled"]);
});

test("labels of unlabelled images and of invalid pixels change no byte", async () => {
  const wrong = await moved(1e-2, data(true));
  expect(wrong.student).toEqual(right.student);
  expect(wrong.steps.map(({ record }) => record.terms)).toEqual(right.steps.map(({ record }) => record.terms));
});
