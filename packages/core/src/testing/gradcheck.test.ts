import { customGrad, exp, mul, randomNormal, square, sum, memory, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { logSoftmax } from "@segdistill/backend/ops";
import { expect, test } from "vitest";
import { gradcheck } from "./gradcheck.js";

await startEngine();
const x = randomNormal([2, 3, 5, 4], 0, 1, "float32", 1);
const small = mul(x, 1e-4);
const large = mul(x, 1e4);

test.each([1, 2] as const)("order %i: right gradients pass, whatever the scale, and nothing is left behind", async (order) => {
  const before = memory().numTensors;
  await gradcheck((z) => logSoftmax(z), [x], { order });
  await gradcheck((z) => square(z), [large], { order });
  await gradcheck((a, b) => sum(mul(mul(a, a), b)), [small, x], { order });
  expect(memory().numTensors).toBe(before);
});

/** exp with a gradient, and a gradient of that, of one's own. */
const own = (slope: (x: Tensor) => Tensor) => (z: Tensor) =>
  customGrad((inner) => ({ value: exp(inner as Tensor), gradFunc: (dy) => mul(dy, slope(inner as Tensor)) }))(z);
const halved = (z: Tensor): Tensor => mul(exp(z), 0.5);
/** Right by value, a constant for autodiff. */
const cut = (z: Tensor): Tensor => customGrad((inner) => ({ value: exp(inner as Tensor), gradFunc: (dy) => mul(dy, 0) }))(z);

test("a wrong gradient is told, with both numbers", async () => {
  await gradcheck(own(exp), [x]);
  await expect(gradcheck(own(halved), [x], { name: "half" })).rejects.toThrow(
    /^\[half\] expected a first derivative of (-?[\d.]+) by input 0, as central differences give it; found (-?[\d.]+)\. Mend the gradient that is registered for one of its operators, or move the input away from a kink\.$/,
  );
});

test("the second of two inputs is looked at too", async () => {
  await expect(gradcheck((a, b) => mul(a, own(halved)(b)), [x, x])).rejects.toThrow("by input 1");
});

test("a wrong gradient of the gradient is found in the second order only", async () => {
  await gradcheck(own(cut), [x]);
  await gradcheck(own(exp), [x], { order: 2 });
  await expect(gradcheck(own(cut), [x], { order: 2 })).rejects.toThrow("a second derivative of");
});

test("a mistake of three per cent is found, in a gradient of any size", async () => {
  for (const input of [small, x])
    await expect(
      gradcheck(
        own((z) => mul(exp(z), 1.03)),
        [input],
      ),
    ).rejects.toThrow("a first");
});
