import { ones, slice, stack, sub, zeros, type Tensor, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import { alignment, appearanceChanges } from "@segdistill/alignment";
import { meanOver, transformsOf, type Loss, type Method, type Step, type Term, type Views } from "@segdistill/core";
import type { ExpectedShare, Json } from "@segdistill/core/contract";
import { noViews, tooFewViews } from "./errors.js";
import { completeEdges, edgeDifference, starEdges, type EdgeLoss } from "./graphs.js";
import type { DcgdOptions } from "./options.js";

type Both = { student: never; teacher: never };
const sides = ["teacher", "student"] as const;
type Side = (typeof sides)[number];
/** methods.md 4 [ours] */
const expected = (option: string): ExpectedShare => ({ of: "ce", least: 0.05, most: 0.5, option });

/**
 * DCGD, dual contrastive graph distillation: latent vectors of several views of a picture lie to each other in the student as they do in the frozen teacher.
 *
 * v⁰ … v^K, K = `views.count`, are a picture's latent vectors and those of its views; the views are drawn once and go to both networks. `intra` compares the star's edges
 * between the picture and each view (`starEdges`), `inter` the complete graph's among the views (`completeEdges`), or among the pictures of the batch. The loss is the mean
 * over edges and pictures (`edgeDifference`). With `centre: "sourceMean"` the mean vector over the stage's data is subtracted first, the teacher's measured
 * once, the student's at the start of every epoch.
 *
 * Reads both networks' bottlenecks, for the picture and every view, and the service `alignment`; no labels, so unlabelled pictures count. Trains the student's encoder only; of its passes
 * only the picture's moves running statistics. A batch of one picture gives 0 for `nodes: "batch"`, of two for `kl` with it. Terms `intra`, `inter`; gate `spread`
 * warns where the teacher's edges are all next to 1. Each term should be 5 to 50 % of the cross-entropy in the first epoch, else the run warns.
 *
 * methods.md 3.5: two graphs [paper], star and complete graph [code: figure], formulas, weights and views [ours]. methods.md 4: the shares [ours].
 *
 * @throws dcgd/views, dcgd/too-few-views, core/no-transform, core/no-transform-option and what the transforms throw
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [msan(), supervised(), dcgd({ views: { count: 4 } })], …rest })
 */
export function dcgd(options: DcgdOptions = {}): Method<"dcgd", Both> {
  const { nodes = "views", centre: around = "none", intra = 1, inter = 1 } = options;
  const { count = 4, transforms = appearanceChanges } = options.views ?? {};
  const how: EdgeLoss = options.loss === "kl" ? { loss: "kl", temperature: options.temperature ?? 0.1 } : { loss: "mse" };
  if (!Number.isInteger(count) || count < 1) throw noViews(count);
  if (how.loss === "kl" && intra > 0 && count < 2) throw tooFewViews("intra", 2, count);
  if (how.loss === "kl" && inter > 0 && nodes === "views" && count < 3) throw tooFewViews("inter", 3, count);
  const request: Views = { count, transforms: transformsOf(transforms) };

  return {
    name: "dcgd",
    options: { ...how, nodes, views: { count, transforms: [...transforms] as unknown as Json }, centre: around, intra, inter },
    wants: { student: [], teacher: [] },
    uses: [alignment],
    build: ({ scope, use }) => {
      const aligned = use(alignment);
      const centre =
        around === "sourceMean" &&
        scope.module("centre", (make) => ({
          teacher: make.state("teacher", [aligned.size], "zeros"),
          student: make.state("student", [aligned.size], "zeros"),
        }));
      /** v of one view, 0 the picture itself, less the centre: [B, d]. */
      const latent = (step: Step<Both>, side: Side, k: number): Tensor2D => {
        const v = aligned[side].encode(step.view(request, k).net[side].encoding.bottleneck, step.pass);
        return centre ? sub(v, centre[side].value) : v;
      };
      type Nodes = (step: Step<Both>, side: Side) => Tensor;
      /** Latent vectors of the picture and its views, which both terms share: [B, 1 + K, d]. */
      const all: Nodes = (step, side) => step.once(side, () => stack(Array.from({ length: count + 1 }, (_, k) => latent(step, side, k)), 1)); // prettier-ignore
      const views: Nodes = (step, side) => slice(all(step, side), [0, 1, 0], [-1, count, -1]);
      const pictures: Nodes = (step, side) => latent(step, side, 0);

      const compared = (step: Step<Both>, of: Nodes, edges: (nodes: Tensor) => Tensor): Loss =>
        meanOver(edgeDifference(edges(of(step, "student")), edges(of(step, "teacher")), how));
      const complete = (step: Step<Both>, of: Nodes): Loss => {
        const { shape } = of(step, "student"); // [B, K, d], or [B, d] where pictures are nodes
        const none = zeros([shape[0]]) as Tensor1D;
        return shape.at(-2)! < 2 ? { sum: none, count: none } : compared(step, of, completeEdges);
      };

      const terms: readonly Term<Step<Both>>[] = [
        { name: "intra", weight: intra, expected: expected("intra"), loss: (step) => compared(step, all, starEdges) },
        nodes === "views"
          ? { name: "inter", weight: inter, expected: expected("inter"), loss: (step) => complete(step, views) }
          : { name: "inter", weight: inter, expected: expected("inter"), loss: (step) => complete(step, pictures), couples: "images" },
      ];
      return {
        terms,
        gates:
          nodes === "views" || intra > 0
            ? [
                {
                  name: "spread",
                  otherwise: "warn",
                  accept: (apart) => apart > 1e-3,
                  measure: (step) => meanOver(sub(1, starEdges(all(step, "teacher")))),
                },
              ]
            : [],
        collect: centre
          ? sides.map((side) => ({
              into: centre[side],
              when: side === "teacher" ? ("start" as const) : ("epoch" as const),
              of: (step: Step<Both>) => {
                const v = aligned[side].encode(step.net[side].encoding.bottleneck, step.pass);
                return { sum: v, count: ones([v.shape[0]]) };
              },
            }))
          : [],
      };
    },
  };
}
