import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What the `count` GPUs that are used are called, by the folder of NVIDIA's driver. Where that tells of others too (CUDA_VISIBLE_DEVICES may hide any) and they are not all of one
 * model, or of none, each is "a GPU".
 */
export function gpuNames(count: number, folder = "/proc/driver/nvidia/gpus"): readonly string[] {
  const models = modelsIn(folder);
  const [model, ...others] = new Set(models);
  if (model !== undefined && others.length === 0) return Array.from({ length: count }, () => model);
  return models.length === count ? models : Array.from({ length: count }, () => "a GPU");
}

function modelsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .sort()
      .flatMap((gpu) => /^Model:\s*(.+?)\s*$/m.exec(readFileSync(join(folder, gpu, "information"), "utf8"))?.[1] ?? []);
  } catch {
    return [];
  }
}
