import { concat, mul, reshape, squaredDifference, sum, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { alignment } from "@segdistill/alignment";
import { matMul, resizeNearest } from "@segdistill/backend/ops";
import { adam, frozen, meanOver, offer, stage, type CheckedMethod, type Make, type Method, type Scope, type Stage } from "@segdistill/core";
import { describeMethod } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { consistencyTraining } from "./consistency.js";
import { msan } from "./index.js";
import { filledIn } from "./options.js";
import { maskLatent, reconstructing, summarising } from "./semantic-autoencoder.js";

const runner = { describe, it };
const options = { width: 2, hidden: 3, emptyMasks: "drop", least: 0.9, otherwise: "warn" } as const;
const range: readonly [number, number] = [-1, 1];
const { latent, reconstruction, consistency, augmentation, views } = filledIn({
  act: { views: [{ brightness: { by: 0.3, range } }, "flips"] },
}).act;
const act = { latent, reconstruction, consistency, augmentation, views, hidden: 3 };

/** Labels' shares of a picture as its vector: a provider that needs no stage. */
const shares = (): Method<"shares", {}> => ({
  name: "shares",
  options: {},
  wants: {},
  provides: [maskLatent],
  build: ({ picture: { classes } }) => ({
    provides: [
      offer(maskLatent, {
        size: classes + 1,
        encode: ({ labels, valid }) => {
          const all = sum(mul(labels, reshape(valid, [...valid.shape, 1])), [1, 2]);
          return mul(concat([all, sum(all, 1, true)], 1), 0.02);
        },
      }),
    ],
  }),
});
/** The teacher's stage before the student's. */
const tan = (): Method<"tan", { aligned: never }> => ({
  name: "tan",
  options: {},
  wants: { aligned: [] },
  stages: ({ trained, data }) => [
    stage({
      name: "tan",
      nets: { aligned: frozen(trained.aligned) },
      methods: [shares(), consistencyTraining("teacher", act)],
      ...{ data, steps: 2, optimiser: adam({ rate: 1e-3 }) },
    }) as unknown as Stage,
  ],
});

/**
 * A method, and those of its stages, with an E and a D of one linear layer each: pixels of 8 × 8 are one position. What the kit asks of gradients to 1e-4, batch norm over a few
 * positions in sixty layers does not hold in float32; the network itself is in test/chain.test.ts and mask-autoencoder.test.ts.
 */
const shallow = <M extends CheckedMethod>(method: M): M => {
  const { build, stages } = method as unknown as Method<string, never>;
  type Place = Parameters<NonNullable<typeof build>>[0];
  const linear = (picture: Place["picture"]) => (make: Make) => {
    const { height, width, classes } = picture;
    const channels = classes === 2 ? 1 : classes;
    const [into, back] = [make.variable("into", [channels, 16], { normal: 0.5 }), make.variable("back", [16, channels], { normal: 0.5 })];
    return {
      encode: (masks: Tensor4D) => matMul(resizeNearest(masks, [height / 8, width / 8]), into as Tensor),
      decode: (map: Tensor4D) => resizeNearest(matMul(map, back as Tensor) as Tensor4D, [height, width]),
    };
  };
  return {
    ...method,
    ...(stages && { stages: (plan: never) => stages(plan).map((one) => ({ ...one, methods: one.methods.map(shallow) })) }),
    ...(build && {
      build: (site: Place) => {
        const module: Scope["module"] = (name, make) =>
          site.scope.module(name, name === "autoencoder" ? (linear(site.picture) as never) : make);
        return build({ ...site, scope: { module } });
      },
    }),
  };
};
/** A method that asks for the stage of E and D, and brings nothing itself. */
const before = (): Method<"psae", {}> => ({
  name: "psae",
  options: {},
  wants: {},
  stages: ({ data }) => [
    stage({
      name: "psae",
      nets: {},
      methods: [shallow(reconstructing(options))],
      data,
      steps: 2,
      optimiser: adam({ rate: 1e-3 }),
    }) as never,
  ],
});

const multiple = 8;
describeMethod(runner, "the semantic autoencoder", () => shallow(reconstructing(options)), { multiple });
describeMethod(runner, "its headers", () => summarising(options), { multiple, beside: () => [before()] });
describeMethod(runner, "both at once, two classes", () => shallow(reconstructing({ ...options, emptyMasks: "keep" }, true)), {
  multiple,
  classes: 2,
});
describeMethod(runner, "ACT of a teacher", () => consistencyTraining("teacher", act), { beside: () => [shares()] });
describeMethod(runner, "ACT of a student", () => consistencyTraining("student", { ...act, reconstruction: 0.5 }), {
  bottleneck: { aligned: 4 }, // as many channels as the vector has numbers: no 1 × 1 convolutions
  beside: () => [tan()],
});

/** A user of the alignment: vectors, and the teacher's vector decoded for the student. */
const user = (): Method<"user", { teacher: never; student: never }> => ({
  name: "user",
  options: {},
  wants: { teacher: [], student: [] },
  uses: [alignment],
  build: ({ use }) => {
    const { teacher, student } = use(alignment);
    return {
      terms: [
        {
          name: "vector",
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
const small = () =>
  shallow(msan({ autoencoder: { width: 2, epochs: 1, headerEpochs: 1, otherwise: "warn" }, act: { epochs: 1 }, hidden: 3 }));
describeMethod(runner, "a user of msan's alignment", user, { multiple, beside: () => [small()] });
