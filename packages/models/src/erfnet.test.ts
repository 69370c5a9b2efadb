import { tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, expect, it } from "vitest";
import { calmScope } from "./calm-scope.js";
import { erfnet } from "./erfnet.js";
import { fixedMap, newPass } from "./fixed-scope.js";

// What it costs and says is in specs.test.ts, what it answers is held to PyTorch in networks.test.ts.
beforeAll(async () => {
  await startEngine();
});

it("no skip is needed: the bottleneck alone is decoded", () => {
  const network = erfnet({ classes: 2 }).build(calmScope());
  tidy(() => {
    const pass = newPass("inference");
    const { skips, bottleneck } = network.encode(fixedMap("images", [2, 16, 24, 1]), pass);
    expect(skips).toEqual([]);
    expect(network.decode({ bottleneck, skips: [] }, pass).logits.shape).toEqual([2, 16, 24, 2]);
  });
});

it("the encoder's tap comes before the blocks at its resolution", () => {
  const network = erfnet({ classes: 2 }).build(calmScope());
  tidy(() => {
    const images = fixedMap("images", [2, 16, 24, 1]);
    const tap = (): unknown => network.encode(images, newPass("inference")).taps["encoder/4"]!.dataSync();
    const before = tap();
    network.variables["bottleneck/block1/rows1/kernel"]!.assign(fixedMap("other", [3, 1, 64, 64]));
    expect(tap()).toEqual(before);
  });
});
