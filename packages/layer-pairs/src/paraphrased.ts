import { abs, squaredDifference, sub } from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import {
  frozen,
  meanOver,
  offer,
  service,
  sgd,
  stage,
  steps,
  type Method,
  type Plan,
  type Service,
  type Site,
  type Stage,
} from "@segdistill/core";
import { literal, number, strictObject, union } from "zod";
import { tapsOf, type ComparedPair } from "./pairs.js";
import { paraphraser, type Translate } from "./paraphraser.js";

/** How paraphrasers are trained. */
export interface ParaphraserOptions {
  /** What the map that comes back is held against the teacher's by: mean square [code], or mean absolute difference [ours]. "mse" */
  readonly loss?: "mse" | "l1";
  /** 200 [inferred]; the last one counts [ours]. */
  readonly epochs?: number;
}

/** `paraphraser` of a configuration. */
export const paraphraserOption = strictObject({
  loss: union([literal("mse"), literal("l1")])
    .default("mse")
    .describe("mean square [code] or mean absolute difference [ours]"),
  epochs: number().int().min(1).default(200).describe("passes over the data [inferred]; the rate falls to a hundredth after half of them"),
}).prefault({});

/** The trained encoder of a teacher's tap to a number of channels. */
export type Encoders = (tap: string, channels: number) => Translate;

/** What a method takes over to read its teacher through paraphrasers. */
export interface Paraphrased<S extends string, T extends string> {
  /** Its options with defaults filled in, as data: belong into the method's. */
  readonly options: Required<ParaphraserOptions>;
  readonly uses: readonly [Service<Encoders>];
  /** One stage that trains a paraphraser for every map of the teacher that is compared, on the method's own data, labelled or not. */
  readonly stages: (plan: Pick<Plan<{ student: S; teacher: T }>, "net" | "trained" | "data">) => readonly Stage[];
  /** The encoders of each pair, in the pairs' order. What they give is float32 whatever the precision, as taps are. */
  readonly encoders: (
    site: Pick<Site<{ student: S; teacher: T }>, "net" | "use">,
  ) => readonly { readonly encoder: Translate; readonly decoder: Translate }[];
}

/**
 * Paraphrasers between a teacher's and a student's layer pairs: {@link paraphraser} for each teacher's tap and number of channels, trained before on the
 * frozen teacher, then frozen. Methods that ask for the same ones share them.
 *
 * Per tap L = mean((decode(encode(F)) − F)²). Optimiser SGD, momentum 0.9, coupled decay 2e-4; rate 3e-4 for the first half of the epochs and 3e-6 after, each
 * × (1 − step / steps)^0.9 [code]. The released code's count of steps runs twice as fast and its base is negative near the end; here it is not [ours].
 *
 * methods.md 3.2.1.
 *
 * @example
 * const through = paraphrased(pairs, { epochs: 50 });
 * const method = { …, uses: through.uses, stages: through.stages, build: (site) => { const encoders = through.encoders(site); … } };
 */
export function paraphrased<S extends string, T extends string>(
  pairs: readonly ComparedPair<S, T>[],
  { loss = "mse", epochs = 200 }: ParaphraserOptions = {},
): Paraphrased<S, T> {
  const taps = tapsOf(pairs, "teacher");
  const name = [
    "paraphrasers",
    ...taps.map((tap) => tap.replaceAll("/", "")),
    ...(loss === "mse" ? [] : [loss]),
    ...(epochs === 200 ? [] : [`${epochs}epochs`]),
  ].join("-");
  const token = service<Encoders>(name);

  /** A teacher's tap and the channels that it is brought to, each once. */
  const wanted = (net: Site<{ student: S; teacher: T }>["net"]): readonly { readonly tap: T; readonly to: number }[] => {
    const all = pairs.flatMap(({ student, teacher }) =>
      (["encoder", "decoder"] as const).map((side) => ({ tap: teacher[side], to: net.student.taps[student[side]].channels })),
    );
    return all.filter(({ tap, to }, i) => all.findIndex((other) => other.tap === tap && other.to === to) === i);
  };

  return {
    options: { loss, epochs },
    uses: [token],
    stages: ({ net, trained, data }) => [
      stage({
        name,
        nets: { teacher: frozen(trained.teacher) },
        methods: [paraphrasing(token, wanted(net), loss)],
        data,
        steps: epochs * data.batchesPerEpoch,
        optimiser: sgd({
          rate: steps({ from: [0, Math.ceil(epochs / 2)], rates: [3e-4, 3e-6], power: 0.9 }),
          momentum: 0.9,
          decay: 2e-4,
        }),
      }) as unknown as Stage,
    ],
    encoders: ({ net, use }) => {
      const encode = use(token);
      const exact =
        (translate: Translate): Translate =>
        (map) =>
          float32Barrier(translate(map));
      return pairs.map(({ student, teacher }) => ({
        encoder: exact(encode(teacher.encoder, net.student.taps[student.encoder].channels)),
        decoder: exact(encode(teacher.decoder, net.student.taps[student.decoder].channels)),
      }));
    },
  };
}

/** Trains the paraphrasers and hands out their encoders. */
const paraphrasing = <T extends string>(
  token: Service<Encoders>,
  wanted: readonly { readonly tap: T; readonly to: number }[],
  loss: "mse" | "l1",
): Method<"paraphrasing", { teacher: T }> => ({
  name: "paraphrasing",
  options: { wanted: wanted.map(({ tap, to }) => ({ tap, to })), loss },
  wants: { teacher: [...new Set(wanted.map(({ tap }) => tap))] },
  provides: [token],
  build: ({ scope, net }) => {
    const made = wanted.map(({ tap, to }) => {
      const name = `${tap}-to-${to}`;
      return { tap, to, name, module: scope.module(name, paraphraser({ from: net.teacher.taps[tap].channels, to }).build) };
    });
    return {
      trains: made.map(({ module }) => module),
      provides: [offer(token, (tap, channels) => made.find((one) => one.tap === tap && one.to === channels)!.module.encode)],
      terms: made.map(({ tap, name, module }) => ({
        name,
        loss: (step) => {
          const map = step.net.teacher.tap(tap);
          const back = float32Barrier(module.decode(module.encode(map)));
          return meanOver(loss === "mse" ? squaredDifference(back, map) : abs(sub(back, map)));
        },
      })),
    };
  },
});
