import { concat, memory, mul, slice, sum, tidy, variableGrads, zerosLike, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import type { NetworkSpec, Pass } from "../../contract/index.js";
import { memoryStore } from "../../store.js";
import { train } from "../../train.js";
import { apartAt, differAt } from "../method/running.js";
import { answerOf, IMAGES, imagesOf, passOf, read, valuesOf, withNetwork, withShapes, type NetworkSubject } from "./built.js";
import type { HoldsOfNetwork } from "./describe-network.js";
import * as say from "./errors.js";
import { trainingStage, unitOf } from "./facts.js";

const sizeOf = (spec: NetworkSpec<string>): readonly [number, number] => [unitOf(spec), 2 * unitOf(spec)];
const images = (spec: NetworkSpec<string>, seed = 1): ReturnType<typeof imagesOf> => imagesOf(spec, IMAGES, ...sizeOf(spec), seed);

export const passes: HoldsOfNetwork<
  | "decode depends on its encoding"
  | "state moves only in a pass that may move it"
  | "inference draws no noise"
  | "inference takes every image by itself"
  | "the gradient reaches every variable"
  | "no tensor is left behind by a pass"
  | "it trains, compiled as eager"
> = {
  "decode depends on its encoding": (subject) =>
    withNetwork(subject, (network, spec) => {
      tidy(() => {
        const pass = (): Pass => passOf("inference", "still", 1);
        const { encoding, logits } = answerOf(network, images(spec), pass());
        // another picture goes through in between: nothing of it may stay
        answerOf(network, images(spec, 2), pass());
        const again = network.decode(encoding, pass()).logits;
        if (differAt(again.dataSync(), logits.dataSync()) !== null) throw say.decodesOtherwise(subject.name);
        const other = network.decode({ ...encoding, bottleneck: mul(encoding.bottleneck, -2) }, pass()).logits;
        if (differAt(other.dataSync(), logits.dataSync()) === null) throw say.bottleneckUnused(subject.name);
      });
    }),

  "state moves only in a pass that may move it": (subject) =>
    withNetwork(subject, (network, spec) => {
      const run = (mode: Pass["mode"], statistics: Pass["statistics"]): readonly string[] => {
        const before = valuesOf(network);
        tidy(() => answerOf(network, images(spec), passOf(mode, statistics, 1)).logits);
        return [...valuesOf(network)].filter(([key, after]) => differAt(before.get(key)!, after) !== null).map(([key]) => key);
      };
      for (const [mode, statistics] of [
        ["inference", "still"],
        ["inference", "move"],
        ["train", "still"],
      ] as const) {
        // prettier-ignore
        const [moved] = run(mode, statistics);
        if (moved !== undefined) throw say.movedUnasked(subject.name, moved, mode, statistics);
      }
      const moved = run("train", "move");
      const wrong = moved.find((key) => key in network.variables);
      if (wrong !== undefined) throw say.movedUnasked(subject.name, wrong, "train", "move");
      const state = Object.keys(network.state);
      if (state.length > 0 && moved.length === 0) throw say.neverMoves(subject.name, state.slice(0, 3).join(", "));
    }),

  "inference draws no noise": (subject) =>
    withShapes(subject, (network, spec) => {
      const refuse = (): Error => say.noisyInference(subject.name);
      tidy(() => answerOf(network, images(spec), passOf("inference", "still", 1, refuse)).logits);
    }),

  "inference takes every image by itself": (subject) =>
    withNetwork(subject, (network, spec) => {
      tidy(() => {
        const pair = images(spec);
        const first = (x: Tensor): Tensor => slice(x, [0, 0, 0, 0], [1, -1, -1, -1]);
        const answer = (batch: readonly Tensor[]): ReturnType<typeof answerOf> =>
          answerOf(network, concat([...batch], 0) as Tensor4D, passOf("inference", "still", 1));
        const one = answer([first(pair), first(images(spec, 2))]);
        const other = answer([first(pair), mul(first(images(spec, 3)), 3)]);
        const maps = ({ logits, encoding, taps }: typeof one): Readonly<Record<string, Tensor | undefined>> => ({
          "the logits": logits,
          "the bottleneck": encoding.bottleneck,
          ...Object.fromEntries(Object.entries(taps).map(([tap, map]) => [`tap "${tap}"`, map])),
        });
        for (const [what, map] of Object.entries(maps(one))) {
          const [a, b] = [first(map!).dataSync(), first(maps(other)[what]!).dataSync()];
          if (!a.every((x) => Number.isFinite(x))) throw say.notFinite(subject.name, what, "inference");
          const at = apartAt(a, b, 1e-4);
          if (at !== null) throw say.imagesTouch(subject.name, what, a[at]!, b[at]!);
        }
      });
    }),

  "the gradient reaches every variable": async (subject) => {
    const reached = new Set<string>();
    const keys = await withShapes(subject, ({ variables }) => Object.keys(variables));
    // a bias before a norm is taken out again by the batch's own mean: it shows in inference only
    for (const mode of ["train", "inference"] as const)
      for (const seed of [1, 2, 3])
        if (reached.size < keys.length) for (const key of await reachedBy(subject, seed, mode)) reached.add(key);
    const missed = keys.find((key) => !reached.has(key));
    if (missed !== undefined) throw say.variableUnreached(subject.name, missed);
  },

  "no tensor is left behind by a pass": (subject) =>
    withShapes(subject, (network, spec) => {
      const run = (mode: Pass["mode"]): void =>
        tidy(() => {
          answerOf(network, images(spec), passOf(mode, "move", 1));
        });
      run("train"); // what an engine makes once and for all is there from now on
      const before = memory().numTensors;
      for (const mode of ["train", "inference", "train"] as const) run(mode);
      const left = memory().numTensors - before;
      if (left !== 0) throw say.tensorsLeft(subject.name, left);
    }),

  "it trains, compiled as eager": async (subject) => {
    const run = async (eager: boolean): Promise<ReadonlyMap<string, readonly number[] | Float32Array>> => {
      const goal = trainingStage(subject.make(), ...sizeOf(subject.make()));
      const store = memoryStore();
      const trained = await train([goal], { seed: 1, eager, store });
      const network = trained.network(goal, "student");
      const losses = store.steps.map(({ record }) => record.terms["companion/square"]!.raw);
      const out = new Map<string, readonly number[] | Float32Array>([["its loss", losses], ...valuesOf(network)]);
      trained.dispose();
      return out;
    };
    await withShapes(subject, () => undefined);
    const [eager, compiled] = [await run(true), await run(false)];
    for (const [key, expected] of eager) {
      const found = compiled.get(key)!;
      const at = apartAt(expected, found, subject.within, 1e-3);
      if (at !== null) throw say.compiledOtherwise(subject.name, key, expected[at]!, found[at]!, subject.within);
    }
  },
};

/** Variables with a gradient of Σ w·logits that is not 0 everywhere. */
const reachedBy = (subject: NetworkSubject, seed: number, mode: Pass["mode"]): Promise<readonly string[]> =>
  withNetwork(
    subject,
    (network, spec) =>
      tidy(() => {
        const variables = Object.entries(network.variables);
        const weights = imagesOf({ ...spec, inputChannels: spec.classes }, IMAGES, ...sizeOf(spec), seed + 10);
        const { grads } = variableGrads(
          () => sum(mul(answerOf(network, images(spec, seed), passOf(mode, "move", seed)).logits, weights)),
          variables.map(([, v]) => v),
        );
        return variables.filter(([, v]) => read(() => grads[v.name] ?? zerosLike(v as Tensor)).some((x) => x !== 0)).map(([key]) => key);
      }) as never as readonly string[],
    seed,
  );
