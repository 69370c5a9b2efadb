import { tensor, tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, expect, it } from "vitest";
import { builtLayer } from "../built-layer.js";
import { newPass } from "../fixed-scope.js";
import { nonBottleneck1d } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

it("adds the path to x, then ReLU", () => {
  const { run } = builtLayer(nonBottleneck1d({ channels: 2 }), { "it/columns2/norm/scale": 0, "it/columns2/norm/offset": 7 });
  expect([...tidy(() => run(tensor([1, -7, -9, 3], [1, 1, 2, 2]), newPass("inference"))).dataSync()]).toEqual([8, 0, 0, 10]);
});

it("only the second pair is dilated: rows reach 1 + dilation, columns too", () => {
  const reach = (dilation: number): number[][] => {
    const { run } = builtLayer(nonBottleneck1d({ channels: 8, dilation }));
    const at = (value: number): Float32Array =>
      tidy(() => {
        const x = new Float32Array(9 * 11 * 8);
        x.fill(value, (4 * 11 + 5) * 8, (4 * 11 + 6) * 8); // the middle
        return run(tensor(x, [1, 9, 11, 8]), newPass("inference")).dataSync<"float32">();
      });
    const [one, other] = [at(0), at(1)];
    const differs = (y: number, x: number): boolean =>
      one.subarray((y * 11 + x) * 8, (y * 11 + x + 1) * 8).some((v, c) => v !== other[(y * 11 + x) * 8 + c]);
    const rows = Array.from({ length: 9 }, (_, y) => y).filter((y) => Array.from({ length: 11 }, (_, x) => differs(y, x)).some(Boolean));
    const columns = Array.from({ length: 11 }, (_, x) => x).filter((x) => Array.from({ length: 9 }, (_, y) => differs(y, x)).some(Boolean));
    return [rows, columns];
  };
  expect(reach(1)).toEqual([[2, 3, 4, 5, 6], [3, 4, 5, 6, 7]]); // prettier-ignore
  expect(reach(3)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8, 9]]); // prettier-ignore
});

it("costs by hand, and is named", () => {
  const layer = nonBottleneck1d({ channels: 3, dropout: 0.3 });
  expect(layer.parameters).toBe(4 * (3 * 9 + 3) + 2 * 6);
  expect(layer.macs).toBe(4 * 27);
  expect(Object.keys(builtLayer(layer).variables)).toEqual(
    ["rows1", "columns1/conv", "rows2", "columns2/conv"].flatMap((one) => [
      `it/${one}/kernel`,
      `it/${one}/bias`,
      ...(one.includes("/") ? [`it/${one.replace("conv", "norm")}/scale`, `it/${one.replace("conv", "norm")}/offset`] : []),
    ]),
  );
});
