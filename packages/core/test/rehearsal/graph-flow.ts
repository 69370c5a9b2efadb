import {
  argMax,
  leakyRelu,
  matMul,
  mul,
  oneHot,
  pad,
  reshape,
  slice,
  squaredDifference,
  stack,
  sub,
  sum,
  tanh,
  transpose,
  cast,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { conv2d } from "@segdistill/backend/ops";
import {
  adam,
  frozen,
  meanOver,
  offer,
  poly,
  service,
  sgd,
  spectralNorm,
  stage,
  totalOf,
  wassersteinGp,
  type Make,
  type Method,
  type Module,
  type Pass,
  type Scope,
  type Step,
} from "@segdistill/core";

const kernel = (make: Make, name: string, i: number, o: number, k: number): Tensor4D =>
  make.variable(name, [k, k, i, o], { normal: Math.sqrt(2 / (k * k * i)) }) as Tensor as Tensor4D;

// paraphrasers: a stage of their own -----------------------------------------------------------------------------------
const paraphraser = (scope: Scope, name: string, from: number, to: number) =>
  scope.module(name, (make) => {
    const [a, b] = [kernel(make, "encode", from, to, 3), kernel(make, "decode", to, from, 3)];
    return {
      encode: (x: Tensor4D): Tensor4D => leakyRelu(conv2d(x, a), 0.1),
      decode: (x: Tensor4D): Tensor4D => leakyRelu(conv2d(x, b), 0.1),
    };
  });
type Paraphrasers = Readonly<Record<"encoder" | "decoder", ReturnType<typeof paraphraser>>>;
const paraphrasers = service<Paraphrasers>("graph-flow/paraphrasers");

const paraphrasing = <T extends string>(
  taps: { readonly encoder: T; readonly decoder: T },
  to: number,
): Method<"paraphrasing", { teacher: T }> => ({
  name: "paraphrasing",
  options: { ...taps, to },
  wants: { teacher: [taps.encoder, taps.decoder] },
  provides: [paraphrasers],
  build: ({ scope, net }) => {
    const made = (which: "encoder" | "decoder") => paraphraser(scope, which, net.teacher.taps[taps[which]].channels, to);
    const both: Paraphrasers = { encoder: made("encoder"), decoder: made("decoder") };
    return {
      trains: Object.values(both),
      provides: [offer(paraphrasers, both)],
      terms: (["encoder", "decoder"] as const).map((which) => ({
        name: which,
        loss: (step: Step<{ teacher: T }>) => {
          const map = step.net.teacher.tap(taps[which]);
          return meanOver(squaredDifference(both[which].decode(both[which].encode(map)), map));
        },
      })),
    };
  },
});

// discriminator --------------------------------------------------------------------------------------------------------
type Discriminator = Module & { readonly at: (pass: Pass) => (logits: Tensor4D) => Tensor };
const discriminator = (scope: Scope, classes: number): Discriminator =>
  scope.module("discriminator", (make) => {
    const spectral = (name: string, i: number, o: number) =>
      spectralNorm(make, name, make.variable(name, [4, 4, i, o], { normal: Math.sqrt(1 / (8 * i)) }));
    const [a, b, last] = [spectral("conv1", classes, 4), spectral("conv2", 4, 8), kernel(make, "last", 8, 1, 3)];
    return {
      at: (pass: Pass) => {
        const [wa, wb] = [a(pass), b(pass)] as [Tensor4D, Tensor4D];
        return (z: Tensor4D): Tensor =>
          conv2d(leakyRelu(conv2d(leakyRelu(conv2d(tanh(z), wa, { stride: 2 }), 0.1), wb, { stride: 2 }), 0.1), last);
      },
    };
  });

// graph distillation ----------------------------------------------------------------------------------------------------
/** The 3×3 patch around each channel's strongest position: [B, C, 9]; the position is not differentiated. */
function salience(f: Tensor4D): Tensor {
  const [b, h, w, c] = f.shape;
  const best = reshape(oneHot(argMax(reshape(f, [b, h * w, c]), 1), h * w), [b, c, h * w]);
  const at = cast(reshape(transpose(best, [0, 2, 1]), [b, h, w, c]), "float32");
  const padded = pad(f, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const window = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => sum(mul(at, slice(padded, [0, y, x, 0], [b, h, w, c])), [1, 2])));
  return stack(window, 2);
}
const edges = (v: Tensor): Tensor => matMul(v, v, false, true);

export interface GraphFlowOptions<S extends string, T extends string> {
  readonly student: { readonly encoder: S; readonly decoder: S };
  readonly teacher: { readonly encoder: T; readonly decoder: T };
  readonly adversarial?: number;
  readonly rate?: number;
  readonly rounds?: number;
}
export function graphFlow<const S extends string, const T extends string>(
  o: GraphFlowOptions<S, T>,
): Method<"graph-flow", { student: S; teacher: T }> {
  const { adversarial = 0.1, rate = 1e-3, rounds = 1 } = o;
  const gan = wassersteinGp();
  type Here = Step<{ student: S; teacher: T }>;
  return {
    name: "graph-flow",
    options: { student: o.student, teacher: o.teacher, adversarial, rate, rounds },
    wants: { student: [o.student.encoder, o.student.decoder], teacher: [o.teacher.encoder, o.teacher.decoder] },
    uses: [paraphrasers],
    stages: ({ trained, net, data }) => [
      stage({
        name: "paraphraser",
        nets: { teacher: frozen(trained.teacher) },
        data,
        steps: 5,
        optimiser: sgd({ rate: poly(0.01), momentum: 0.9 }),
        methods: [paraphrasing(o.teacher, net.student.taps[o.student.encoder].channels)],
      }),
    ],
    build: ({ scope, net, use }) => {
      const [pm, d] = [use(paraphrasers), discriminator(scope, net.student.classes)];
      /** The four salience graphs, which vertices and edges share. */
      const graphs = (step: Here) =>
        step.once("salience", () => {
          const { student, teacher } = step.net;
          return {
            student: [salience(student.tap(o.student.encoder)), salience(student.tap(o.student.decoder))] as const,
            teacher: [
              salience(pm.encoder.encode(teacher.tap(o.teacher.encoder))),
              salience(pm.decoder.encode(teacher.tap(o.teacher.decoder))),
            ] as const,
          };
        });
      const flow = (step: Here, f: (v: Tensor) => Tensor) => {
        const {
          student: [sl, sm],
          teacher: [tl, tm],
        } = graphs(step);
        return totalOf(squaredDifference(sub(f(sm), f(sl)), sub(f(tm), f(tl))));
      };
      return {
        terms: [
          { name: "vertex", weight: 1e-5, loss: (step: Here) => flow(step, (v) => v) },
          { name: "edge", weight: 1e-9, loss: (step: Here) => flow(step, edges) },
          { name: "adversarial", weight: adversarial, loss: (step: Here) => gan.student(d.at(step.pass(d))(step.net.student.logits)) },
        ],
        adversaries:
          adversarial === 0
            ? []
            : [
                {
                  name: "discriminator",
                  module: d,
                  steps: rounds,
                  optimiser: adam({ rate, betas: [0.9, 0.99] }),
                  loss: (step: Here) =>
                    gan.opponent({
                      score: d.at(step.pass(d)),
                      real: step.net.teacher.logits,
                      fake: step.net.student.logits,
                      noise: step.noise,
                    }),
                },
              ],
      };
    },
  };
}
