import { startEngine } from "@segdistill/backend";
import {
  adam,
  from,
  frozen,
  learns,
  memoryStore,
  stage,
  train,
  type Batch,
  type Data,
  type Method,
  type NetworkSpec,
  type Stage,
} from "@segdistill/core";
import { crossEntropy } from "@segdistill/backend/ops";
import { meanOver } from "@segdistill/core";

/** Two pictures of 64 × 96 pixels with a bright blob each; the second one has no label where `labelled` says so. */
export function blobs({
  labelled = [1, 1],
  other = 0,
}: { readonly labelled?: readonly [number, number]; readonly other?: number } = {}): Data {
  const picture = { height: 64, width: 96, channels: 1, classes: 2 };
  const size = 64 * 96;
  const inside = (i: number): boolean => Math.hypot(Math.floor((i % size) / 96) - 30, (i % 96) - (i < size ? 30 : 60)) < 14;
  const batch: Batch = {
    images: Float32Array.from({ length: 2 * size }, (_, i) => Number(inside(i)) + 0.3 * Math.sin(i * 1.7)),
    labels: Uint8Array.from({ length: 2 * size }, (_, i) => (labelled[Math.floor(i / size)] === 1 ? Number(inside(i)) : other)),
    valid: new Uint8Array(2 * size).fill(1),
    labelled: Uint8Array.from(labelled),
    cases: ["a", "b"],
    occurrences: [0, 0],
  };
  const epoch = async function* () {
    await Promise.resolve();
    yield batch;
  };
  return { picture, fingerprint: `blobs-${labelled.join("")}`, batchSize: 2, batchesPerEpoch: 1, epoch };
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

export interface Trial<S extends string, T extends string> {
  readonly teacher: NetworkSpec<T>;
  readonly student: NetworkSpec<S>;
  readonly methods: readonly Method<string, { student: S; teacher: T }>[];
  readonly data?: Data;
  readonly steps?: number;
  readonly eager?: boolean;
}

/** Trains a teacher for one step, then the student by the methods; the store has every step, and the values of every module as each stage left them. */
export async function distil<const S extends string, const T extends string>({
  teacher,
  student,
  methods,
  data = blobs(),
  steps = 2,
  eager = false,
}: Trial<S, T>) {
  await startEngine();
  const rest = { data, optimiser: adam({ rate: 1e-3 }) };
  const before = stage({ name: "teacher", nets: { student: learns(teacher) }, methods: [supervised()], steps: 1, ...rest });
  const goal = stage({
    name: "distilled",
    nets: { teacher: frozen(from(before, "student")), student: learns(student) },
    methods: methods as never,
    steps,
    ...rest,
  }) as unknown as Stage;
  const store = memoryStore();
  const trained = await train([goal], { seed: 0, store, eager });
  trained.dispose();
  return store;
}
