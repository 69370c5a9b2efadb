import { startEngine } from "@segdistill/backend";
import { frozen, from, learns, memoryStore, sgd, stage, train, type Batch, type Data, type Stage } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { lightVessel } from "@segdistill/plugin-lightvessel";
import { expect, test } from "vitest";

await startEngine();

const picture = { height: 32, width: 48, channels: 1, classes: 3 };
const pixels = 2 * 32 * 48;
const batch: Batch = {
  images: Float32Array.from({ length: pixels }, (_, i) => Math.sin(i * 1.7)),
  labels: Uint8Array.from({ length: pixels }, (_, i) => (i * i) % 3),
  valid: new Uint8Array(pixels).fill(1),
  labelled: Uint8Array.of(1, 0),
  cases: ["a", "b"],
  occurrences: [0, 0],
};
const epoch = async function* () {
  await Promise.resolve();
  yield batch;
};
const data: Data = { picture, fingerprint: "two", batchSize: 2, batchesPerEpoch: 1, epoch };

type Values = ReadonlyMap<string, readonly number[]>;
/** What a stage of `steps` ends with: student and discriminator, and the teacher as it was before and is after. */
async function moved({ steps, rate, of }: { readonly steps: number; readonly rate: number; readonly of: number }) {
  const common = { data, optimiser: sgd({ rate: of }) };
  const teacher = stage({ name: "teacher", nets: { net: learns(uNet({ width: 2, classes: 3 })) }, methods: [], steps: 0, ...common });
  const goal = stage({
    name: "distilled",
    nets: { teacher: frozen(from(teacher, "net")), student: learns(uNet({ width: 1, classes: 3 })) },
    methods: [lightVessel({ feature: { similarity: "channel" }, adversarial: { rate, width: 2 } })],
    steps,
    ...common,
  }) as unknown as Stage;
  const store = memoryStore();
  let saved: ReadonlyMap<string, { readonly data: Float32Array }> = new Map();
  const save: typeof store.save = (...args) => {
    saved = args[3];
    return store.save(...args);
  };
  const trained = await train([goal], { seed: 3, store: { ...store, save } });
  const read = (stage: Stage, role: string): Values => {
    const { variables, state } = trained.network(stage, role);
    return new Map(Object.entries({ ...variables, ...state }).map(([name, v]) => [name, [...v.dataSync()]]));
  };
  const out = { before: read(teacher as unknown as Stage, "net"), after: read(goal, "teacher"), student: read(goal, "student") };
  trained.dispose();
  const discriminator: Values = new Map([...saved].filter(([name]) => /discriminator\/score\//.test(name)).map(([name, v]) => [name, [...v.data]])); // prettier-ignore
  expect(discriminator.size).toBeGreaterThan(9);
  return { ...out, discriminator };
}
/** Names of what is not the same, byte for byte. */
const differ = (a: Values, b: Values): readonly string[] => [...a].filter(([name, values]) => values.some((x, i) => x !== b.get(name)![i])).map(([name]) => name); // prettier-ignore

test("P2: the student's steps leave the discriminator and the teacher as they were, the discriminator's leave the student", async () => {
  const [start, still] = [await moved({ steps: 1, rate: 0, of: 0 }), await moved({ steps: 3, rate: 0, of: 0.1 })];
  expect(differ(still.before, still.after)).toEqual([]);
  expect(differ(start.discriminator, still.discriminator)).toEqual([]);
  expect(differ(start.student, still.student).length).toBeGreaterThan(10);

  const [one, other] = [await moved({ steps: 1, rate: 0, of: 0.1 }), await moved({ steps: 1, rate: 1e-2, of: 0.1 })];
  expect(differ(one.student, other.student)).toEqual([]);
  const learned = differ(one.discriminator, other.discriminator);
  expect(learned.filter((name) => name.endsWith("kernel")).length).toBeGreaterThanOrEqual(5);
  const frozenStudent = await moved({ steps: 3, rate: 1e-2, of: 0 });
  const norm = /\/(mean|variance)$/; // moved by passes
  expect(differ(start.student, frozenStudent.student).filter((name) => !norm.test(name))).toEqual([]);
});
