import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  dispose,
  mean,
  ones,
  square,
  tidy,
  truncatedNormal,
  variable,
  variableGrads,
  type Scalar,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { compile, type Precision } from "./compile.js";
import { computing } from "./computing.js";
import { cacheFolder, processorKind, tensorflowVersion } from "./library/index.js";
import { conv2d, relu } from "./ops/index.js";

/** A precision, and why it was taken. */
export interface ChosenPrecision {
  readonly precision: Precision;
  readonly why: string;
}

/** bfloat16 is taken where it needs at most this share of float32's time. */
const pays = 0.9;

/**
 * The precision to train in. `auto` times one step of a small network in both, once for each kind of processor, and keeps what it found in the
 * cache: no flag or name of a processor says it (engine-ops.md §1, rule 10). On a GPU it is float32. The engine must have been started.
 */
export async function choosePrecision(wanted: Precision | "auto"): Promise<ChosenPrecision> {
  if (wanted !== "auto") return { precision: wanted, why: "as asked for" };
  if (computing().device === "gpu") return { precision: "float32", why: "TensorFlow turns steps to bfloat16 on a CPU only" };
  const file = join(cacheFolder(), "precision.json");
  const key = `${processorKind()} · TensorFlow ${tensorflowVersion}`;
  const known = readCache(file);
  let ratio = known[key];
  if (ratio === undefined) {
    ratio = await measure();
    try {
      mkdirSync(cacheFolder(), { recursive: true });
      writeFileSync(file, `${JSON.stringify({ ...known, [key]: ratio }, null, 2)}\n`);
    } catch {
      // a cache that cannot be written costs the next run a second
    }
  }
  if (ratio === null) return { precision: "float32", why: "this processor cannot compute convolutions in bfloat16" };
  const share = `bfloat16 takes ${ratio.toFixed(2)} of float32's time on this processor`;
  return { precision: ratio <= pays ? "bfloat16" : "float32", why: share };
}

function readCache(file: string): Record<string, number | null> {
  try {
    const found: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof found === "object" && found !== null ? (found as Record<string, number | null>) : {};
  } catch {
    return {};
  }
}

/** Time of a step in bfloat16 / float32; null where bfloat16 fails. */
async function measure(): Promise<number | null> {
  const float32 = await stepMs("float32");
  try {
    return (await stepMs("bfloat16")) / float32;
  } catch {
    return null;
  }
}

/** The least of five runs of forward and backward through four 3×3 convolutions, 4×64×64×64. */
async function stepMs(precision: Precision): Promise<number> {
  const kernels = Array.from({ length: 4 }, () => tidy(() => variable(truncatedNormal([3, 3, 64, 64], 0, 0.05)) as Tensor as Tensor4D));
  const x = tidy(() => ones([4, 64, 64, 64])) as Tensor4D;
  const step = compile(
    (images) => {
      const loss = (): Scalar => mean(square(kernels.reduce<Tensor4D>((y, kernel) => relu(conv2d(y, kernel)), images as Tensor4D)));
      const { value, grads } = variableGrads(loss, kernels as never);
      return [value, ...Object.values(grads)];
    },
    { variables: kernels as never, precision, name: "precision probe" },
  );
  try {
    let least = Infinity;
    for (let i = 0; i < 6; i++) {
      const start = performance.now();
      dispose(await step.run(x));
      if (i > 0) least = Math.min(least, performance.now() - start);
    }
    return least;
  } finally {
    step.dispose();
    dispose([x, ...kernels]);
  }
}
