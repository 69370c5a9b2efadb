import { startEngine } from "@segdistill/backend";
import { frozen, from, learns, plan, sgd, stage, type Data, type NetworkSpec, type Stage } from "@segdistill/core";
import { enet, erfnet, fanet, mobileUNet, transunet, uNet } from "@segdistill/models";
import {
  attention,
  cocod,
  emkd,
  factorTransfer,
  fsp,
  intraClassVariation,
  structuredKnowledge,
  variationalInformation,
} from "@segdistill/plugin-classics";
import { expect, test } from "vitest";

await startEngine();

/** Nothing is read of it: plans train nothing. */
const data: Data = {
  picture: { height: 32, width: 64, channels: 1, classes: 2 },
  fingerprint: "none",
  batchSize: 1,
  batchesPerEpoch: 3,
  // eslint-disable-next-line @typescript-eslint/require-await
  epoch: async function* () {
    throw new Error("nothing is trained");
  },
};
const planned = (big: NetworkSpec<string>, small: NetworkSpec<string>, methods: Stage["methods"]) => {
  const rest = { data, optimiser: sgd({ rate: 0.1 }), steps: 1 };
  const teacher = stage({ name: "teacher", nets: { net: learns(big) }, methods: [], ...rest, steps: 0 });
  const goal: Stage = { name: "distilled", nets: { teacher: frozen(from(teacher, "net")), student: learns(small) }, methods, ...rest } as never; // prettier-ignore
  return plan([goal], { seed: 0, precision: "float32", code: null });
};
const classes = 2;
const up = { student: { encoder: "encoder/4", decoder: "decoder/4" }, teacher: { encoder: "encoder/4", decoder: "up/4" } } as const;

/** All eight; `pairs` and the decoder's tap of the teacher where they are not the usual ones. */
const all = (pairs?: readonly [typeof up]): Stage["methods"] => {
  const o = pairs ? { pairs } : {};
  return [
    attention(o),
    fsp(o),
    factorTransfer(o),
    variationalInformation(o),
    structuredKnowledge({ adversarial: {} }),
    intraClassVariation(pairs ? { taps: { student: "decoder/4", teacher: "up/4" } } : {}),
    emkd(o),
    cocod(o),
  ];
};
const terms = [
  ["attention/maps", 1],
  ["fsp/flow", 1],
  ["factor-transfer/factors", 1],
  ["variational-information/likelihood", 1],
  ["structured-knowledge/pixels", 1],
  ["structured-knowledge/pairs", 0.1],
  ["structured-knowledge/adversarial", 0.1],
  ["intra-class-variation/variation", 1],
  ["emkd/prediction-maps", 0.1],
  ["emkd/importance-maps", 0.9],
  ["emkd/region-affinity", 0.9],
  ["cocod/correlation", 1],
  ["cocod/adversarial", 0.1],
];

test.each([
  ["FANet teaches Mobile U-Net", fanet({ width: 8, classes }), mobileUNet({ classes }), all([up])],
  ["U-Net teaches ENet", uNet({ width: 4, classes }), enet({ classes }), all()],
  ["TransUNet teaches ERFNet", transunet({ size: "small", image: 32, classes }), erfnet({ classes }), all()],
])("%s by all eight", (_, big, small, methods) => {
  const stages = planned(big as never, small as never, methods);
  const goal = stages.at(-1)!;
  expect(goal.terms.map(({ name, weight }) => [name, weight(0)])).toEqual(terms);
  expect(goal.adversaries.map(({ steps, parameters }) => [steps, parameters])).toEqual([
    [1, 2_764_737],
    [1, 2_764_737],
  ]);
  // one stage of paraphrasers for FSP, FT and CoCoD: 200 epochs of 3 batches
  expect(stages.map(({ steps }) => steps)).toEqual([0, 600, 1]);
});

test("what FT and VID train beside ENet, under a U-Net of 16 channels at a quarter", () => {
  const goal = planned(uNet({ width: 4, classes }), enet({ classes }) as never, [factorTransfer(), variationalInformation()]).at(-1)!;
  const translator = 3 * (9 * 64 * 64 + 64);
  const regressor = 64 * 16 + 2 * 16 * 16 + 16;
  expect(goal.trains.map(({ parameters }) => parameters)).toEqual([translator, translator, regressor, regressor]);
});
