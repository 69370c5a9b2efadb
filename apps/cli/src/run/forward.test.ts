import { startEngine } from "@segdistill/backend";
import { scope } from "@segdistill/core";
import type { Module, Raster } from "@segdistill/core/contract";
import { uNet } from "@segdistill/models";
import { beforeAll, expect, test } from "vitest";
import { forward } from "./forward.js";

beforeAll(async () => void (await startEngine()));

test("pictures come back in their order, whatever batches they were computed in", async () => {
  const network = uNet({ width: 2, classes: 3 }).build(scope("net", "net", 1, new Map<string, Module>()));
  const { logits, dispose } = forward(network, "float32");
  const pictures = Array.from(
    { length: 6 },
    (_, k): Raster => ({
      height: 16,
      width: 32,
      channels: 1,
      data: Float32Array.from({ length: 512 }, (__, i) => Math.sin(i * (k + 1))),
    }),
  );
  const together = await logits(pictures);
  expect(together.map(({ height, width, channels, data }) => [height, width, channels, data.length])).toEqual(
    Array(6).fill([16, 32, 3, 1536]),
  );
  for (const [k, picture] of pictures.entries()) {
    const [alone] = await logits([picture]);
    const apart = Math.max(...alone!.data.map((x, i) => Math.abs(x - together[k]!.data[i]!)));
    expect(apart).toBeLessThan(1e-5);
    expect(Math.max(...alone!.data.map((x, i) => Math.abs(x - together[(k + 1) % 6]!.data[i]!)))).toBeGreaterThan(1e-2);
  }
  dispose();
});
