import type { Tensor } from "@tensorflow/tfjs-core";
import { failed } from "./failed.js";
import { random } from "../random.js";

export interface GradcheckOptions {
  /** For messages. "gradcheck" */
  readonly name?: string;
  /** 2 checks the gradient of the gradient too. 1 */
  readonly order?: 1 | 2;
  /** Random directions for every input. 3 */
  readonly directions?: number;
  /** Relative. 1e-2 (methods.md 1.3, P5) */
  readonly tolerance?: number;
  readonly seed?: number;
}

type Program = (...inputs: Tensor[]) => Tensor;
const FACTORS = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4];

/**
 * Holds autodiff against central differences: for every input x and random directions d, ∇f·Δx ≈ f(x + h·d) − f(x − h·d) with Δx = (x + h·d) − (x − h·d)
 * as float32 rounds it. A result that is not one number is weighed by fixed random numbers w: f = Σ w·y.
 *
 * Steps go down from a tenth of the input's size to 3e-4 of it; the one at which two neighbours differ least counts. Differences are summed in float64.
 * `inputs` are float32 tensors of any shape, away from kinks (a ReLU at 0); `f` reads nothing but them and gives a float32 tensor. Second order does the same
 * with ∇f. Our choice, after methods.md 1.3 P5.
 *
 * @throws node:assert's AssertionError: input, order, both numbers.
 * @example await gradcheck((z) => logSoftmax(z), [randomNormal([2, 3, 5, 4])], { order: 2 });
 */
export async function gradcheck(f: Program, inputs: readonly Tensor[], options: GradcheckOptions = {}): Promise<void> {
  const { concat, grads, mul, reshape, sum, tidy, tensor } = await import("@tensorflow/tfjs-core");
  const { name = "gradcheck", order = 1, directions = 3, tolerance = 1e-2, seed = 0 } = options;
  const stream = random(`${seed}/gradcheck`);
  const normals = (count: number): Float32Array => Float32Array.from({ length: count }, () => stream.normal());
  const values = (t: Tensor): Float32Array => Float32Array.from(t.dataSync());

  const check = (g: Program, which: "first" | "second"): void => {
    const at = (now: readonly Float32Array[]): Float32Array =>
      tidy(() => values(g(...now.map((data, i) => tensor(data, inputs[i]!.shape, "float32")))));
    const start = inputs.map(values);
    const weights = normals(at(start).length);
    const slopes = tidy(() => {
      const weighted = (...xs: Tensor[]): Tensor => {
        const y = g(...xs);
        return sum(mul(y, tensor(weights, y.shape)));
      };
      return grads(weighted)(start.map((data, i) => tensor(data, inputs[i]!.shape, "float32"))).map(values);
    });
    for (const [i, x] of start.entries()) {
      const size = Math.sqrt(x.reduce((all, value) => all + value ** 2, 0) / x.length) || 1;
      const norm = Math.sqrt(slopes[i]!.reduce((all, value) => all + value ** 2, 0));
      for (let k = 0; k < directions; k++) {
        const direction = normals(x.length);
        /** What autodiff and differences say of one step, by its length. */
        const compare = (factor: number): { auto: number; difference: number } => {
          const h = factor * size;
          const [up, down] = [1, -1].map((sign) => x.map((value, j) => value + sign * h * direction[j]!));
          const moved = (to: Float32Array): Float32Array => at(start.map((value, j) => (j === i ? to : value)));
          const [above, below] = [moved(up!), moved(down!)];
          return {
            auto: up!.reduce((all, value, j) => all + slopes[i]![j]! * (value - down![j]!), 0) / (2 * h),
            difference: above.reduce((all, value, j) => all + weights[j]! * (value - below[j]!), 0) / (2 * h),
          };
        };
        const tried = FACTORS.map(compare);
        const doubt = tried.slice(1).map(({ difference }, j) => Math.abs(difference - tried[j]!.difference));
        const { auto, difference } = tried[1 + doubt.indexOf(Math.min(...doubt))]!;
        // a direction that happens to lie across the gradient says little: it is judged by the gradient's size
        const scale = Math.max(Math.abs(difference), Math.abs(auto), 0.1 * norm);
        if (!(Math.abs(auto - difference) <= tolerance * scale))
          throw failed(
            name,
            `a ${which} derivative of ${difference.toPrecision(4)} by input ${i}, as central differences give it`,
            auto.toPrecision(4),
            "Mend the gradient that is registered for one of its operators, or move the input away from a kink.",
          );
      }
    }
  };

  check(f, "first");
  if (order === 1) return;
  const weights = tidy(() => normals(f(...inputs).size));
  check((...xs) => {
    const all = grads((...ys: Tensor[]) => {
      const y = f(...ys);
      return sum(mul(y, tensor(weights, y.shape)));
    })(xs).map((g) => reshape(g, [-1]));
    return concat(all);
  }, "second");
}
