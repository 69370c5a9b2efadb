import { startEngine } from "@segdistill/backend";
import { frozen, from, learns, plan, sgd, stage, type Data, type NetworkSpec, type Stage } from "@segdistill/core";
import { enet, erfnet, fanet, mobileUNet, transunet, uNet } from "@segdistill/models";
import { featureSimilarity, lightVessel } from "@segdistill/plugin-lightvessel";
import { expect, test } from "vitest";

await startEngine();

/** Nothing is read of it: plans train nothing. */
const data = (height: number): Data => ({
  picture: { height, width: 64, channels: 1, classes: 2 },
  fingerprint: "none",
  batchSize: 1,
  batchesPerEpoch: 1,
  // eslint-disable-next-line @typescript-eslint/require-await
  epoch: async function* () {
    throw new Error("nothing is trained");
  },
});
const planned = (big: NetworkSpec<string>, small: NetworkSpec<string>, method: Stage["methods"][number], height = 32) => {
  const rest = { data: data(height), optimiser: sgd({ rate: 0.1 }), steps: 1 };
  const teacher = stage({ name: "teacher", nets: { net: learns(big) }, methods: [], ...rest, steps: 0 });
  const goal: Stage = { name: "distilled", nets: { teacher: frozen(from(teacher, "net")), student: learns(small) }, methods: [method], ...rest } as never; // prettier-ignore
  return plan([goal], { seed: 0, precision: "float32", code: null }).at(-1)!;
};
const classes = 2;
const up = { student: { encoder: "encoder/4", decoder: "decoder/4" }, teacher: { encoder: "encoder/4", decoder: "up/4" } } as const;
const small = { mobile: mobileUNet({ classes }), enet: enet({ classes }), erfnet: erfnet({ classes }) };

test.each(Object.entries(small))("FANet and U-Net teach %s: the student's terms and the discriminator's parameters", (_, student) => {
  for (const one of [
    planned(fanet({ width: 8, classes }), student as never, lightVessel({ feature: { pairs: [up] } })),
    planned(uNet({ width: 4, classes }), student as never, lightVessel()),
  ]) {
    expect(one.terms.map(({ name, weight }) => [name, weight(0)])).toEqual([
      ["light-vessel/feature-similarity/similarity", 1],
      ["light-vessel/adversarial-similarity/similarity", 0.1],
      ["light-vessel/adversarial-similarity/adversarial", 0.1],
    ]);
    expect(one.adversaries.map(({ steps, parameters }) => [steps, parameters])).toEqual([[1, 2_764_737]]);
  }
});

test("TransUNet's two maps have other channels: self-affinity takes them, and the rest refuse them before anything is trained", () => {
  const teacher = transunet({ size: "small", image: 32, classes });
  const [e, d] = [teacher.taps["encoder/4"].channels, teacher.taps["decoder/4"].channels];
  expect(e).not.toBe(d);
  expect(planned(teacher, small.enet as never, featureSimilarity({ similarity: "self-affinity" })).terms.length).toBe(1);
  expect(() => planned(teacher, small.enet as never, featureSimilarity())).toThrow(
    `[feature-similarity] the teacher's tap "encoder/4" has ${e} channels, "decoder/4" ${d}. Expected as many: similarity "cosine-map" multiplies one by the other. ` +
      'Take taps of as many channels for the pair, or similarity "self-affinity".',
  );
});

test("pictures that are too small are refused before anything is trained", () => {
  expect(() => planned(uNet({ width: 4, classes }), uNet({ width: 2, classes }), lightVessel(), 16)).toThrow(
    "[adversarial-similarity] pictures are 16 × 64 pixels, and the discriminator needs 32 × 32.",
  );
});
