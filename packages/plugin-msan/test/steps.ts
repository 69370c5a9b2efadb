import { squaredDifference } from "@tensorflow/tfjs-core";
import { alignment } from "@segdistill/alignment";
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
  type CheckedMethod,
  type Data,
  type Method,
  type Module,
  type NetworkSpec,
  type Stage,
  type Values,
} from "@segdistill/core";
import { msan, type MsanOptions } from "../src/index.js";

/** Four pictures of 32 × 64 pixels, two a batch, with a bright disc each; classes beyond the second are a smaller disc inside. `empty` of the pictures, the first ones, have nothing but background. */
export function discs({ classes = 2, height = 32, width = 64, empty = 0 } = {}): Data {
  const size = height * width;
  const label = (picture: number, at: number): number => {
    const far = Math.hypot(Math.floor(at / width) - 12 - 2 * picture, (at % width) - 16 - 9 * picture);
    return picture < empty ? 0 : far < 5 ? Math.min(2, classes - 1) : far < 9 ? 1 : 0;
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
  return {
    picture: { height, width, channels: 1, classes },
    fingerprint: `discs-${classes}-${empty}`,
    batchSize: 2,
    batchesPerEpoch: 2,
    epoch,
  };
}

/** Cross-entropy of labelled pictures. */
const supervised = (): Method<"supervised", { student: never }> => ({
  name: "supervised",
  options: {},
  wants: { student: [] },
  build: () => ({
    terms: [
      { name: "ce", loss: ({ net, labels, valid, labelled }) => meanOver(crossEntropy(net.student.logits, labels), valid, labelled) },
    ],
  }),
});

/** Uses the alignment as DCGD and DICD do: the student's vectors near the teacher's, and the student's bottleneck near what its own header makes of the teacher's. */
export const user = (weight = 1): Method<"user", { teacher: never; student: never }> => ({
  name: "user",
  options: { weight },
  wants: { teacher: [], student: [] },
  uses: [alignment],
  build: ({ use }) => {
    const { teacher, student } = use(alignment);
    return {
      terms: [
        {
          name: "vector",
          weight,
          loss: ({ net, pass }) =>
            meanOver(
              squaredDifference(
                student.encode(net.student.encoding.bottleneck, pass),
                teacher.encode(net.teacher.encoding.bottleneck, pass),
              ),
            ),
        },
        {
          name: "exchanged",
          weight,
          loss: ({ net, pass }) =>
            meanOver(
              squaredDifference(
                net.student.encoding.bottleneck,
                student.decode(teacher.encode(net.teacher.encoding.bottleneck, pass), pass),
              ),
            ),
        },
      ],
    };
  },
});

/** Few passes and a narrow autoencoder, whose Dice nobody minds. */
export const small = ({ autoencoder, act, ...rest }: MsanOptions = {}) =>
  msan({
    autoencoder: { width: 2, epochs: 2, headerEpochs: 1, otherwise: "warn", ...autoencoder },
    act: { epochs: 1, ...act },
    hidden: 4,
    ...rest,
  });

export interface Trial {
  readonly teacher: NetworkSpec<never>;
  readonly student: NetworkSpec<never>;
  readonly methods: readonly Method<string, { student: never; teacher: never }>[];
  readonly data?: Data;
  /** Validation data of the distilling stage. */
  readonly held?: Data;
  readonly before?: number;
  readonly steps?: number;
  /** Whether the student was trained alone before. true */
  readonly baseline?: boolean;
}

/** A teacher and the student alone for some steps, then the student by the methods. */
export function goalOf({ teacher, student, methods, data = discs(), held, before = 2, steps = 2, baseline = true }: Trial): Stage {
  const rest = { data, optimiser: adam({ rate: 3e-3 }) };
  const alone = (name: string, spec: NetworkSpec<never>) =>
    stage({ name, nets: { student: learns(spec) }, methods: [supervised()], steps: before, ...rest });
  return stage({
    name: "distilled",
    nets: {
      teacher: frozen(from(alone("teacher", teacher), "student")),
      student: baseline ? learns(student, { earlier: from(alone("baseline", student), "student"), start: "earlier" }) : learns(student),
    },
    methods: [supervised(), ...methods] as never,
    steps,
    ...rest,
    ...(held && { held }),
  }) as unknown as Stage;
}

/** Notes every module of a method and of the stages that it asks for. */
function noting<M extends CheckedMethod>(method: M, seen: Set<Module>): M {
  const { build, stages } = method as unknown as Method<string, never>;
  return {
    ...method,
    ...(stages && {
      stages: (plan: never) => stages(plan).map((one) => ({ ...one, methods: one.methods.map((own) => noting(own, seen)) })),
    }),
    ...(build && {
      build: (site: Parameters<NonNullable<typeof build>>[0]) =>
        build({
          ...site,
          scope: {
            module: (name, make) => {
              const module = site.scope.module(name, make);
              seen.add(module);
              return module;
            },
          },
        }),
    }),
  };
}

/** Runs a trial: what was told and recorded, all values as each stage left them, and all values at the end of the run, by name in files. */
export async function distil(trial: Trial, { eager = true, seed = 0, store = memoryStore() } = {}) {
  await startEngine();
  const seen = new Set<Module>();
  const goal = goalOf({ ...trial, methods: trial.methods.map((method) => noting(method, seen)) });
  const saved = new Map<string, Values>();
  const save: typeof store.save = (name, key, position, tensors) => {
    if (position.done) for (const [at, value] of tensors) saved.set(at, value);
    return store.save(name, key, position, tensors);
  };
  const [first, told] = [store.steps.length, store.events.length];
  const trained = await train([goal], { seed, eager, store: { ...store, save } });
  const networks = (["teacher", "student"] as const).map((role) => trained.network(goal, role));
  const live = new Map(
    [...seen, ...networks].flatMap(({ name, variables, state }) =>
      Object.entries({ ...variables, ...state }).map(([key, v]) => [`${name}/${key}`, Float32Array.from(v.dataSync())] as const),
    ),
  );
  const exported = Object.values(networks[1]!.variables).reduce((sum, { size }) => sum + size, 0);
  trained.dispose();
  return {
    outcomes: new Map(trained.stages.map((one) => [one.stage, one])),
    events: store.events.slice(told),
    steps: store.steps.slice(first),
    store,
    saved,
    live,
    /** Numbers of the student that leaves. */
    exported,
  };
}
