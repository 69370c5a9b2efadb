import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gpuNames } from "./gpus.js";

test("GPUs are called as the driver calls them, where it tells and none of another model may be hidden", () => {
  const folder = mkdtempSync(join(tmpdir(), "segdistill-gpus-"));
  const driver = (at: string, information: string): void => {
    mkdirSync(join(folder, at));
    writeFileSync(join(folder, at, "information"), information);
  };
  expect([gpuNames(0, folder), gpuNames(2, folder)]).toEqual([[], ["a GPU", "a GPU"]]);
  driver("0000:06:00.0", "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 41\n");
  driver("0000:07:00.0", "IRQ: 3\nModel: NVIDIA H100 80GB HBM3  \n");
  driver("0000:08:00.0", "IRQ: 3\n");
  expect(gpuNames(1, folder)).toEqual(["NVIDIA H100 80GB HBM3"]); // the other is hidden, and alike
  driver("0000:01:00.0", "Model: NVIDIA A10\n");
  expect(gpuNames(1, folder)).toEqual(["a GPU"]);
  expect(gpuNames(3, folder)).toEqual(["NVIDIA A10", "NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3"]);
  expect(gpuNames(0, folder)).toEqual([]);
  rmSync(folder, { recursive: true });
  expect(gpuNames(1, folder)).toEqual(["a GPU"]);
});
