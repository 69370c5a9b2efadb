import {
  abs,
  grads,
  max,
  relu,
  square,
  sub,
  sum,
  tidy,
  variableGrads,
  type Tensor,
  type Tensor4D,
  type Variable,
} from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { batchNormInference } from "@segdistill/backend/ops";
import { beforeAll, describe, expect, it } from "vitest";
import { builtLayer } from "../built-layer.js";
import { fixedMap, newPass } from "../fixed-scope.js";
import { conv, convNorm, depthwise, transposedConv, type Convolution } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const layers: Readonly<Record<string, Convolution>> = {
  "a convolution with a bias": conv({ in: 3, out: 5, size: 3, bias: true }),
  "a depthwise one of stride 2": depthwise({ channels: 3, size: 3, stride: 2 }),
  "a transposed one with a bias": transposedConv({ in: 3, out: 4, size: 2 }),
};

describe.each(Object.entries(layers))("in inference, %s takes the norm into its kernel", (_, convolution) => {
  it("value and gradients are those of the norm after it", () => {
    const still = newPass("inference");
    const { run, variables, state } = builtLayer(convNorm(convolution, "relu"));
    const plain = builtLayer(convolution);
    const of = (name: string): Variable => variables[name] ?? state[name]!;
    for (const [name, variable] of Object.entries(plain.variables)) variable.assign(of(name.replace("it/", "it/conv/")));
    const apart = (x: Tensor4D): Tensor4D => {
      const [scale, offset, mean, variance] = ["scale", "offset", "mean", "variance"].map((part) => of(`it/norm/${part}`)) as never[];
      return relu(batchNormInference(plain.run(x, still), { scale: scale!, offset: offset!, mean: mean!, variance: variance! }));
    };
    const x = fixedMap("x", [2, 6, 4, 3]);
    /** The value, then gradients by x and by all that is trained. */
    const both = (f: (x: Tensor4D) => Tensor4D, trained: readonly Variable[]): Tensor[] => {
      const { grads: by } = variableGrads(() => sum(square(f(x))), [...trained]);
      return [f(x), ...grads((z: Tensor) => f(z as Tensor4D))([x]), ...trained.map(({ name }) => by[name]!)];
    };
    const norm = [variables["it/norm/scale"]!, variables["it/norm/offset"]!];
    const wanted = both(apart, [...Object.values(plain.variables), ...norm]);
    const found = both((z) => run(z, still), [...Object.keys(plain.variables).map((name) => of(name.replace("it/", "it/conv/"))), ...norm]);
    for (const [i, one] of found.entries()) {
      const [largest, difference] = tidy(() => [max(abs(wanted[i]!)).dataSync()[0]!, max(abs(sub(one, wanted[i]!))).dataSync()[0]!]);
      expect(difference / largest).toBeLessThan(1e-5);
    }
    expect(Math.max(...wanted[0]!.dataSync())).toBeGreaterThan(0.5);
  });

  // TensorFlow joins convolution, sum and activation in a compiled step: into an op that once lost a depthwise convolution's zeros
  it.each([
    ["float32", 1e-5],
    ["bfloat16", 0.03],
  ] as const)("compiled in %s, with either activation", (precision, tolerance) => {
    for (const act of ["relu", "relu6"] as const) {
      const still = newPass("inference");
      const { run, variables, state } = builtLayer(convNorm(convolution, act));
      const x = fixedMap("x", [2, 6, 4, 3]);
      const all = [...Object.values(variables), ...Object.values(state)];
      const program = compile((z) => [run(z as Tensor4D, still)], { variables: all, precision });
      const [found] = program.runSync(x);
      const wanted = run(x, still);
      const [largest, difference] = tidy(() => [max(wanted).dataSync()[0]!, max(abs(sub(found!, wanted))).dataSync()[0]!]);
      expect(difference / largest).toBeLessThan(tolerance);
      program.dispose();
    }
  });
});
