import { startEngine } from "@segdistill/backend";
import { crossEntropy } from "@segdistill/backend/ops";
import {
  adam,
  from,
  frozen,
  learns,
  memoryStore,
  meanOver,
  stage,
  train,
  type Batch,
  type Data,
  type Method,
  type NetworkSpec,
  type Stage,
} from "@segdistill/core";

/** Four pictures of 32 × 64 pixels, two a batch, with a bright disc each; classes beyond the second are a smaller disc inside. */
export function discs(classes = 2): Data {
  const [height, width] = [32, 64];
  const size = height * width;
  const label = (picture: number, at: number): number => {
    const far = Math.hypot(Math.floor(at / width) - 12 - 2 * picture, (at % width) - 16 - 9 * picture);
    return far < 5 ? Math.min(2, classes - 1) : far < 9 ? 1 : 0;
  };
  const batches = [0, 2].map((first): Batch => {
    const of = <T>(make: (picture: number, at: number) => T): T[] =>
      Array.from({ length: 2 * size }, (_, i) => make(first + Math.floor(i / size), i % size));
    return {
      images: Float32Array.from(of((picture, at) => 0.4 * label(picture, at) + 0.1 * Math.sin(at * 1.7 + picture))),
      labels: Uint8Array.from(of(label)),
      valid: new Uint8Array(2 * size).fill(1),
      labelled: Uint8Array.of(1, 1),
      cases: [`${first}`, `${first + 1}`],
      occurrences: [0, 0],
    };
  });
  const epoch = async function* () {
    await Promise.resolve();
    yield* batches;
  };
  return { picture: { height, width, channels: 1, classes }, fingerprint: `discs-${classes}`, batchSize: 2, batchesPerEpoch: 2, epoch };
}

/** Cross-entropy of labelled pictures. */
export const supervised = (): Method<"supervised", { student: never }> => ({
  name: "supervised",
  options: {},
  wants: { student: [] },
  build: () => ({
    terms: [
      { name: "ce", loss: ({ net, labels, valid, labelled }) => meanOver(crossEntropy(net.student.logits, labels), valid, labelled) },
    ],
  }),
});

export interface Trial {
  readonly teacher: NetworkSpec<never>;
  readonly student: NetworkSpec<never>;
  readonly methods: readonly Method<string, { student: never; teacher: never }>[];
  readonly data?: Data;
  readonly before?: number;
  readonly steps?: number;
  readonly eager?: boolean;
  readonly seed?: number;
}

/** Trains a teacher and the student alone for some steps, then the student by the methods; the store has every step, and the values of every module as each stage left them. */
export async function distil({ teacher, student, methods, data = discs(), before = 4, steps = 3, eager = false, seed = 0 }: Trial) {
  await startEngine();
  const rest = { data, optimiser: adam({ rate: 3e-3 }) };
  const alone = (name: string, spec: NetworkSpec<never>) =>
    stage({ name, nets: { student: learns(spec) }, methods: [supervised()], steps: before, ...rest });
  const goal = stage({
    name: "distilled",
    nets: {
      teacher: frozen(from(alone("teacher", teacher), "student")),
      student: learns(student, { earlier: from(alone("baseline", student), "student"), start: "earlier" }),
    },
    methods: [supervised(), ...methods] as never,
    steps,
    ...rest,
  }) as unknown as Stage;
  const store = memoryStore();
  const trained = await train([goal], { seed, store, eager });
  const outcomes = trained.stages;
  trained.dispose();
  return { ...store, outcomes };
}
