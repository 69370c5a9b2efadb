import { isDeepStrictEqual } from "node:util";
import { memory, tidy } from "@tensorflow/tfjs-core";
import type { NetworkSpec, Stage } from "../../contract/index.js";
import { sgd } from "../../optimisers/sgd.js";
import { learns, stage } from "../../stages.js";
import { train } from "../../train.js";
import { inTurn } from "../batches.js";
import { companion } from "../companion.js";
import { leastCommon } from "../tiny-network.js";
import { answerOf, imagesOf, passOf, valuesOf, withNetwork, withShapes, IMAGES } from "./built.js";
import type { HoldsOfNetwork } from "./describe-network.js";
import * as say from "./errors.js";

/** The smallest step of sizes at which every declared map has whole sides. */
export const unitOf = (spec: NetworkSpec<string>): number =>
  [spec.bottleneck, ...Object.values(spec.taps)].reduce((all, { stride }) => leastCommon(all, stride), spec.multiple);

export const facts: HoldsOfNetwork<
  | "shapes are as declared, at two sizes"
  | "sizes that do not fit are refused"
  | "names are stable and fit for files"
  | "parameters are as many as declared"
  | "first values follow from the seed"
  | "every network has variables of its own"
> = {
  "shapes are as declared, at two sizes": (subject) =>
    withShapes(subject, (network, spec) => {
      const who = subject.name;
      for (const [down, across] of [
        [1, 2],
        [3, 2],
      ] as const) {
        // prettier-ignore
        const [height, width] = [down * unitOf(spec), across * unitOf(spec)];
        tidy(() => {
          const { logits, encoding, taps } = answerOf(network, imagesOf(spec, IMAGES, height, width), passOf("inference", "still", 1));
          const image = `${height} × ${width}`;
          const expectShape = (what: string, expected: readonly number[], found: readonly number[]): void => {
            if (found.join() !== expected.join())
              throw say.otherShape(who, what, image, `[${expected.join(", ")}]`, `[${found.join(", ")}]`);
          };
          const of = ({ stride, channels }: { stride: number; channels: number }): number[] => [
            IMAGES,
            height / stride,
            width / stride,
            channels,
          ];
          expectShape("logits", [IMAGES, height, width, spec.classes], logits.shape);
          expectShape("the bottleneck", of(spec.bottleneck), encoding.bottleneck.shape);
          for (const [tap, shape] of Object.entries(spec.taps)) {
            if (!taps[tap]) throw say.tapMissing(who, tap);
            expectShape(`tap "${tap}"`, of(shape), taps[tap].shape);
          }
          const surplus = Object.keys(taps).find((tap) => !(tap in spec.taps));
          if (surplus !== undefined) throw say.tapUndeclared(who, surplus, Object.keys(spec.taps));
        });
      }
    }),

  "sizes that do not fit are refused": async (subject) => {
    const spec = subject.make();
    const maps = {
      "the bottleneck": spec.bottleneck,
      ...Object.fromEntries(Object.entries(spec.taps).map(([tap, shape]) => [`tap "${tap}"`, shape])),
    };
    for (const [what, { stride }] of Object.entries(maps))
      if (!Number.isInteger(spec.multiple) || spec.multiple < 1 || spec.multiple % stride !== 0)
        throw say.wrongMultiple(subject.name, spec.multiple, what, stride);
    if (spec.multiple === 1) return;
    await withShapes(subject, () => undefined);
    const [height, width] = [spec.multiple, spec.multiple + 1];
    const code = await train([trainingStage(spec, height, width)], { seed: 1, eager: true }).then(
      (trained) => trained.dispose(),
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    );
    if (code !== "core/wrong-input") throw say.notRefused(subject.name, `${height} × ${width}`);
  },

  "names are stable and fit for files": async (subject) => {
    const text = JSON.stringify(subject.make().options) as string | undefined;
    if (text === undefined || !isDeepStrictEqual(JSON.parse(text), subject.make().options))
      throw say.optionsNotPlain(subject.name, text ?? "nothing");
    const keys = () =>
      withShapes(subject, ({ variables, state }, spec) => ({
        variables: Object.keys(variables),
        state: Object.keys(state),
        name: [spec.name],
      }));
    const [one, other] = [await keys(), await keys()];
    for (const what of ["name", "variables", "state"] as const) {
      if (isDeepStrictEqual(one[what], other[what])) continue;
      const at = one[what].findIndex((key, i) => key !== other[what][i]);
      throw say.keysVary(subject.name, what, one[what][at] ?? "none", other[what][at] ?? "none");
    }
    const unfit = [...one.variables, ...one.state].find((key) => !/^[\w.-]+(\/[\w.-]+)*$/.test(key) || /(^|\/)\.+(\/|$)/.test(key));
    if (unfit !== undefined) throw say.keyUnfit(subject.name, unfit);
  },

  "parameters are as many as declared": (subject) =>
    withShapes(subject, ({ variables }, spec) => {
      const found = Object.values(variables).reduce((sum, { size }) => sum + size, 0);
      const declared = subject.parameters ?? (spec as { readonly parameters?: number }).parameters;
      if (found === 0) throw say.noVariables(subject.name);
      if (declared !== undefined && declared !== found) throw say.otherCount(subject.name, declared, found);
    }),

  "first values follow from the seed": async (subject) => {
    const values = (seed: number) => withNetwork(subject, valuesOf, seed);
    const [one, again, other] = [await values(1), await values(1), await values(2)];
    const same = (a: Float32Array, b: Float32Array | undefined): boolean =>
      b !== undefined && a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
    for (const [key, found] of one) if (again.has(key) && !same(found, again.get(key))) throw say.firstValuesVary(subject.name, key);
    if ([...one].every(([key, found]) => same(found, other.get(key)))) throw say.seedIgnored(subject.name);
  },

  "every network has variables of its own": async (subject) => {
    const made = subject.make(); // one spec, as a baseline and a student are of one
    await withShapes({ ...subject, make: () => made }, async (one) => {
      const before = memory().numTensors;
      await withShapes({ ...subject, make: () => made }, (other) => {
        const mine = new Set(Object.values({ ...one.variables, ...one.state }));
        const shared = Object.entries({ ...other.variables, ...other.state }).find(([, v]) => mine.has(v));
        if (shared) throw say.sharedVariables(subject.name, shared[0]);
      });
      if (memory().numTensors < before) throw say.sharedVariables(subject.name, "a variable");
    });
  },
};

/** A stage that trains the network for two steps. */
export const trainingStage = (spec: NetworkSpec<string>, height: number, width: number): Stage =>
  stage({
    name: "conformance",
    nets: { student: learns(spec) },
    methods: [companion()],
    data: inTurn({ height, width, channels: spec.inputChannels, classes: spec.classes }, [[{ id: "a" }, { id: "b" }]]),
    optimiser: sgd({ rate: 1e-3 }),
    steps: 2,
  }) as unknown as Stage;
