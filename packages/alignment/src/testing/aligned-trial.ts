import { dispose, keep, type Tensor } from "@tensorflow/tfjs-core";
import { crossEntropy } from "@segdistill/backend/ops";
import {
  from,
  frozen,
  learns,
  meanOver,
  memoryStore,
  sgd,
  stage,
  train,
  type Batch,
  type Data,
  type Method,
  type Module,
  type Network,
  type NetworkSpec,
  type Optimiser,
  type Pass,
  type Stage,
  type Values,
} from "@segdistill/core";
import { alignment } from "../alignment.js";
import { linearAlignment } from "./linear-alignment.js";

/** Two batches of two pictures of 32 × 64 pixels, each with a bright blob of its own. */
export function blobs(): Data {
  const [height, width] = [32, 64];
  const size = height * width;
  const batch = (first: number): Batch => {
    const inside = (i: number): boolean =>
      Math.hypot(Math.floor((i % size) / width) - 15, (i % width) - 16 - 8 * (first + Math.floor(i / size))) < 9;
    return {
      images: Float32Array.from({ length: 2 * size }, (_, i) => 0.2 + 0.5 * Number(inside(i)) + 0.1 * Math.sin(i * 1.7 + first)),
      labels: Uint8Array.from({ length: 2 * size }, (_, i) => Number(inside(i))),
      valid: new Uint8Array(2 * size).fill(1),
      labelled: new Uint8Array(2).fill(1),
      cases: [`case-${first}`, `case-${first + 1}`],
      occurrences: [0, 0],
    };
  };
  const epoch = async function* (_: number, __: number, first = 0) {
    for (let i = first; i < 2; i++) yield await Promise.resolve(batch(2 * i));
  };
  return { picture: { height, width, channels: 1, classes: 2 }, fingerprint: "blobs", batchSize: 2, batchesPerEpoch: 2, epoch };
}

export const supervised = (): Method<"supervised", { student: never }> => ({
  name: "supervised",
  options: {},
  wants: { student: [] },
  build: () => ({ terms: [{ name: "ce", loss: ({ net, labels, valid }) => meanOver(crossEntropy(net.student.logits, labels), valid) }] }),
});

/** Leaves the gradient itself in place of the variable; what nothing reaches stays as it is. */
export const toGradient: Optimiser = {
  describe: "gradient",
  rate: 0,
  slots: 0,
  update: ({ gradient, slots }) => ({ value: gradient, slots }),
};

/** What a network was asked to encode while it was watched, and how often it decoded. */
export interface Watched {
  readonly encoded: Tensor[];
  decoded: number;
}
/** The same network, watched; and, if asked to, wrong: its running statistics move with every pass. Eager runs only. */
export function watched(spec: NetworkSpec<string>, seen: Watched, { movesAlways = false } = {}): NetworkSpec<string> {
  return {
    ...spec,
    build: (scope) => {
      const network = spec.build(scope);
      const { encode, decode } = network;
      const own = (pass: Pass): Pass => (movesAlways && pass.mode === "train" ? { ...pass, statistics: "move" } : pass);
      return Object.assign(network, {
        encode: (...[images, pass]: Parameters<typeof encode>) => {
          seen.encoded.push(keep(images.clone()));
          return encode(images, own(pass));
        },
        decode: (...[encoding, pass]: Parameters<typeof decode>) => {
          seen.decoded++;
          return decode(encoding, own(pass));
        },
      }) as Network<string>;
    },
  };
}
/** The pictures that a watched network encoded, two by two, as numbers, however many went through it at once. To be called once: their tensors are given back. */
export const pictures = (seen: Watched): Float32Array[] => {
  const all = seen.encoded.flatMap((images) => {
    const values = Float32Array.from(images.dataSync());
    const size = values.length / (images.shape[0] / 2);
    return Array.from({ length: images.shape[0] / 2 }, (_, i) => values.subarray(i * size, (i + 1) * size));
  });
  dispose(seen.encoded);
  return all;
};

/** Holds on to the modules of the alignment. */
const looking = (found: Module[]): Method<"looking", { student: never; teacher: never }> => ({
  name: "looking",
  options: {},
  wants: { student: [], teacher: [] },
  uses: [alignment],
  build: ({ use }) => {
    const { teacher, student } = use(alignment) as unknown as Readonly<Record<"teacher" | "student", Module>>; // they are modules there
    found.push(teacher, student);
    return {};
  },
});

export interface AlignedTrial {
  readonly methods: readonly Method<string, { student: never; teacher: never }>[];
  /** Of two classes. */
  readonly teacher: NetworkSpec<string>;
  readonly student: NetworkSpec<string>;
  readonly steps?: number;
  readonly optimiser?: Optimiser;
  readonly eager?: boolean;
}

/**
 * Distils a fresh network into another one beside the trivial alignment, on {@link blobs}; the engine must have been started: what was recorded, and what became of every variable.
 *
 * @example const { reached } = await alignedTrial({ methods: [own()], teacher: uNet({ width: 2, classes: 2 }), student: mobileUNet({ classes: 2 }), optimiser: toGradient });
 */
export async function alignedTrial({ methods, teacher, student, steps = 1, optimiser = sgd({ rate: 0.1 }), eager = true }: AlignedTrial) {
  const aligners: Module[] = [];
  const rest = { data: blobs(), optimiser };
  const before = (name: string, spec: NetworkSpec<string>): Stage =>
    stage({ name, nets: { student: learns(spec) }, methods: [], steps: 0, ...rest }) as unknown as Stage;
  const [first, scratch] = [before("teacher", teacher), before("scratch", student)];
  const goal = stage({
    name: "distilled",
    nets: { teacher: frozen(from(first, "student")), student: learns(student, { earlier: from(scratch, "student"), start: "earlier" }) },
    methods: [linearAlignment({ size: 3 }), looking(aligners), ...methods] as never,
    steps,
    ...rest,
  }) as unknown as Stage;
  const kept = memoryStore();
  const values = new Map<string, Values>();
  const save: typeof kept.save = (name, key, position, tensors) => {
    for (const [at, value] of tensors) if (position.done) values.set(at, value);
    return kept.save(name, key, position, tensors);
  };
  const trained = await train([goal], { seed: 0, eager, store: { ...kept, save } });
  const network = trained.network(goal, "student");
  const [variables, states] = [Object.keys(network.variables), Object.keys(network.state)];
  const after = (of: Module, prefix: string): (readonly [string, Float32Array])[] =>
    Object.entries({ ...of.variables, ...of.state }).map(([name, v]) => [`${prefix}/${name}`, Float32Array.from(v.dataSync())]);
  const frozenAfter = [
    ...after(trained.network(goal, "teacher"), "teacher/student"),
    ...aligners.flatMap((module) => after(module, module.name)),
  ];
  trained.dispose();
  const of = (name: string): Float32Array => values.get(name)!.data;
  return {
    /** A variable as its stage left it, by its name in files. */
    of,
    /** Of the student: its variables by what became of them. With {@link toGradient}: what the gradient reached. */
    reached: () => {
      const moved = variables.filter((name) => {
        const [a, b] = [of(`scratch/student/${name}`), of(`distilled/student/${name}`)];
        return a.some((x, i) => !Object.is(x, b[i])) && b.some((x) => x !== 0);
      });
      return { moved, still: variables.filter((name) => !moved.includes(name)) };
    },
    /** Of the student: running statistics by name. */
    statistics: () => Object.fromEntries(states.map((name) => [name, [...of(`distilled/student/${name}`)]])),
    /** Of the teacher and of both aligners: how many variables they have, and those that are not as the stages before left them. */
    frozen: () => ({
      variables: frozenAfter.length,
      moved: frozenAfter.filter(([name, now]) => now.some((x, i) => !Object.is(x, of(name)[i]))).map(([name]) => name),
    }),
    steps: kept.steps.filter((one) => one.stage === "distilled").map(({ record }) => record.terms),
    gates: kept.events.flatMap(({ stage: name, event }) => (name === "distilled" && event.event === "gate" ? [event] : [])),
  };
}
