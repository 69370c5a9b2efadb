import { mul, tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, expect, it } from "vitest";
import { calmScope } from "./calm-scope.js";
import { enet } from "./enet.js";
import { fixedMap, newPass } from "./fixed-scope.js";

// What it costs and says is in specs.test.ts, what it answers is held to PyTorch in networks.test.ts.
beforeAll(async () => {
  await startEngine();
});

it("the skips are the encoder's taps, and nothing but the places of their maxima is read", () => {
  const network = enet({ classes: 2 }).build(calmScope());
  tidy(() => {
    const pass = newPass("inference");
    const { taps, ...encoding } = network.encode(fixedMap("images", [2, 16, 24, 1]), pass);
    const { logits } = network.decode(encoding, pass);
    expect(encoding.skips.map(({ shape }) => shape)).toEqual([taps["encoder/2"]!.shape, taps["encoder/4"]!.shape]);
    // powers of two keep every order
    const scaled = network.decode({ ...encoding, skips: encoding.skips.map((skip) => mul(skip, 4)) }, pass).logits;
    expect(scaled.dataSync()).toEqual(logits.dataSync());
    const turned = network.decode({ ...encoding, skips: encoding.skips.map((skip) => mul(skip, -1)) }, pass).logits;
    expect(turned.dataSync()).not.toEqual(logits.dataSync());
  });
});
