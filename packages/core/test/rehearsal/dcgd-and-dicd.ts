import { add, div, exp, logSoftmax, mul, ones, sqrt, square, squaredDifference, stack, sub, sum, type Tensor } from "@tensorflow/tfjs-core";
import { meanOver, type Method, type Step, type Views } from "@segdistill/core";
import { alignment } from "./msan.js";
import { brightness, grain } from "./transforms.js";

type Both = { student: never; teacher: never };
const unit = (v: Tensor): Tensor => div(v, sqrt(add(sum(square(v), 1, true), 1e-12)));
const dot = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), 1); // [B]

/** Edges between the latents of views: the anchor with each view (intra), each view with each other one (inter). */
export const dcgd = (o: { readonly views?: number; readonly centre?: "none" | "sourceMean" } = {}): Method<"dcgd", Both> => {
  const { views: count = 3, centre: around = "none" } = o;
  const request: Views = { count, transforms: [brightness({ by: 0.3 }), grain({ by: 0.1 })] };
  return {
    name: "dcgd",
    options: { views: count, centre: around },
    wants: { student: [], teacher: [] },
    uses: [alignment],
    build: ({ scope, use }) => {
      const a = use(alignment);
      const sides = ["teacher", "student"] as const;
      const centre =
        around === "sourceMean" &&
        scope.module("centre", (make) => ({
          teacher: make.state("teacher", [a.size], "zeros"),
          student: make.state("student", [a.size], "zeros"),
        }));
      /** Latents of all views, which both kinds of edges share. */
      const latents = (step: Step<Both>, side: "teacher" | "student"): readonly Tensor[] =>
        step.once(side, () =>
          Array.from({ length: count + 1 }, (_, k) => {
            const v = a[side].encode(step.view(request, k).net[side].encoding.bottleneck);
            return unit(centre ? sub(v, centre[side].value) : v);
          }),
        );
      const pairs = {
        intra: Array.from({ length: count }, (_, k) => [0, k + 1] as const),
        inter: Array.from({ length: count }, (_, i) =>
          Array.from({ length: count - 1 - i }, (__, j) => [i + 1, i + j + 2] as const),
        ).flat(),
      };
      return {
        terms: (["intra", "inter"] as const).map((name) => ({
          name,
          loss: (step: Step<Both>) => {
            const [t, s] = [latents(step, "teacher"), latents(step, "student")];
            return meanOver(
              stack(
                pairs[name].map(([i, j]) => squaredDifference(dot(t[i]!, t[j]!), dot(s[i]!, s[j]!))),
                1,
              ),
            );
          },
        })),
        collect: centre
          ? sides.map((side) => ({
              into: centre[side],
              when: side === "teacher" ? ("start" as const) : ("epoch" as const),
              of: (step: Step<Both>) => {
                const v = a[side].encode(step.net[side].encoding.bottleneck);
                return { sum: v, count: ones([v.shape[0]]) };
              },
            }))
          : [],
      };
    },
  };
};

/** Each network decodes the other's latent, with its own skips; the teacher's prediction is the target of both. */
export const dicd = (): Method<"dicd", Both> => ({
  name: "dicd",
  options: {},
  wants: { student: [], teacher: [] },
  uses: [alignment],
  build: ({ use }) => {
    const a = use(alignment);
    return {
      terms: [
        {
          name: "cross",
          weight: 0.5,
          loss: (step) => {
            const { teacher, student } = step.net;
            const p = logSoftmax(teacher.logits);
            const through = teacher.decode({
              ...teacher.encoding,
              bottleneck: a.teacher.decode(a.student.encode(student.encoding.bottleneck)),
            }); // frozen, on the tape
            const back = student.decode({
              ...student.encoding,
              bottleneck: a.student.decode(a.teacher.encode(teacher.encoding.bottleneck)),
            });
            const kl = (z: Tensor): Tensor => sum(mul(exp(p), sub(p, logSoftmax(z))), -1);
            return meanOver(add(kl(through), kl(back)), step.valid);
          },
        },
      ],
    };
  },
});
