import { recompute, startEngine } from "@segdistill/backend";
import { crossEntropy } from "@segdistill/backend/ops";
import { adam, learns, meanOver, stage, train, type Data, type Method, type NetworkSpec } from "@segdistill/core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { erfnet } from "./erfnet.js";

await startEngine();

type Setting = Parameters<typeof train>[1];
const [height, width] = [16, 24];
const size = height * width;
const data: Data = {
  picture: { height, width, channels: 1, classes: 2 },
  fingerprint: "waves",
  batchSize: 2,
  batchesPerEpoch: 1,
  epoch: async function* () {
    const values = Array.from({ length: 2 * size }, (_, i) => Math.sin(i * 0.7) + Math.sin(i * 0.031));
    yield await Promise.resolve({
      images: Float32Array.from(values),
      labels: Uint8Array.from(values, (v) => Number(v > 0)),
      valid: new Uint8Array(2 * size).fill(1),
      labelled: new Uint8Array(2).fill(1),
      cases: ["a", "b"],
      occurrences: [0, 0],
    });
  },
};
const fit: Method<"fit", { student: never }> = {
  name: "fit",
  options: {},
  wants: { student: [] },
  build: () => ({ terms: [{ name: "ce", loss: ({ net, labels, valid }) => meanOver(crossEntropy(net.student.logits, labels), valid) }] }),
};
/** The same network; its encoder and its decoder are computed once more on the way back. */
const recomputed = (spec: NetworkSpec<never>): NetworkSpec<never> => ({
  ...spec,
  build: (scope) => {
    const network = spec.build(scope);
    const { encode, decode } = network;
    return Object.assign(network, {
      encode: (...given: Parameters<typeof encode>) => ({ bottleneck: recompute(() => encode(...given).bottleneck), skips: [], taps: {} }),
      decode: (...given: Parameters<typeof decode>) => ({ logits: recompute((): Tensor4D => decode(...given).logits), taps: {} }),
    });
  },
});
const trained = async (
  change: (spec: NetworkSpec<never>) => NetworkSpec<never>,
  setting: Setting,
): Promise<Record<string, readonly number[]>> => {
  const spec = change(erfnet({ classes: 2 }) as unknown as NetworkSpec<never>);
  const goal = stage({ name: "s", nets: { student: learns(spec) }, methods: [fit], optimiser: adam({ rate: 1e-2 }), data, steps: 3 });
  const found = await train([goal], setting);
  const { variables, state } = found.network(goal as never, "student");
  const values = Object.entries({ ...variables, ...state }).map(([name, v]) => [name, [...v.dataSync()]] as const);
  found.dispose();
  return Object.fromEntries(values);
};

test.each<Setting>([{ seed: 5, eager: true }, { seed: 5 }, { seed: 5, precision: "bfloat16" }])(
  "ERFNet (batch norm, dropout) in recompute: three steps give the same bytes, %o",
  async (setting) => {
    const plain = await trained((spec) => spec, setting);
    const again = await trained(recomputed, setting);
    expect(Object.keys(plain).length).toBeGreaterThan(100);
    expect(again).toEqual(plain);
  },
);
