import { describe, expect, test } from "vitest";
import { aligner, maskAutoencoder, positionHeaders } from "./index.js";

describe("exact numbers of parameters (methods.md 2.7)", () => {
  test("of the semantic autoencoder, without headers", () => {
    expect(maskAutoencoder({ channels: 1 }).parameters).toBe(26_828_353);
  });
  test("of its headers, which are the teacher's alignment network's too", () => {
    const { down, up } = positionHeaders({ height: 16, width: 16 }).parameters;
    expect(down + up).toBe(33_281);
    expect(aligner({ height: 16, width: 16, channels: 512, size: 512 }).parameters).toBe(33_281);
  });
  test.each([
    ["Mobile U-Net", { height: 4, width: 4, channels: 1280 }, 1_314_833],
    ["ENet and ERFNet", { height: 16, width: 16, channels: 128 }, 164_993],
  ])("of the student's alignment network for %s", (_, bottleneck, parameters) => {
    expect(aligner({ ...bottleneck, size: 512 }).parameters).toBe(parameters);
  });
});
