import {
  add,
  engine,
  grad,
  mul,
  ones,
  square,
  sum,
  tidy,
  variable,
  variableGrads,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { compile, startEngine, watchOps, type OpTime } from "./index.js";
import { inLayer, inModule, relu, conv2d } from "./ops/index.js";

await startEngine();

const told = (f: () => void): OpTime[] => {
  const all: OpTime[] = [];
  const stop = watchOps((one) => all.push(one));
  try {
    tidy(f);
  } finally {
    stop();
  }
  return all;
};
const places = (all: readonly OpTime[], phase: OpTime["phase"]): string[] =>
  all.filter((one) => one.phase === phase).map(({ op, layer }) => `${op} ${layer}`);

const kernels = [ones([3, 3, 2, 4]), ones([1, 1, 4, 3])].map((value) => variable(value)) as unknown as [Tensor4D, Tensor4D];
const x = ones([2, 6, 5, 2]) as Tensor4D;
/** Two layers of one module, and a loss that belongs to neither. */
const loss = () =>
  sum(
    square(
      inModule("student", () => {
        const a = inLayer("first", () => relu(conv2d(x, kernels[0])));
        return inLayer("second", () => conv2d(a, kernels[1]));
      }),
    ),
  );

test("every op has its layer, forwards and backwards, and what is in no gradient stands apart", () => {
  const all = told(() => {
    const { grads } = variableGrads(loss as never, kernels as never);
    const [gradient] = Object.values(grads);
    add(gradient!, 1);
  });
  const forwards = places(all, "forward");
  expect(forwards.slice(0, 3)).toEqual(["Conv2D student/first", "Relu student/first", "Conv2D student/second"]);
  expect(forwards.slice(3).every((place) => place.endsWith(" "))).toBe(true);
  const backwards = places(all, "backward");
  const of = (layer: string): string[] => backwards.filter((place) => place.endsWith(` ${layer}`)).map((place) => place.split(" ")[0]!);
  expect(of("student/second")).toEqual(["Conv2DBackpropInput", "Conv2DBackpropFilter"]);
  expect(of("student/first")).toEqual(["ReluGrad", "Conv2DBackpropFilter"]);
  expect(places(all, "outside")).toEqual(["Add "]);
  expect(all.every(({ ms }) => ms > 0 && ms < 10_000)).toBe(true);
});

test("an inner gradient is part of the outer one's forward pass, and keeps its layers", () => {
  const all = told(() => {
    const inner = (t: Tensor): Tensor => inLayer("cube", () => mul(square(t), t));
    grad((t) => sum(grad(inner)(t)))(ones([2, 3]));
  });
  const back = places(all, "backward");
  expect(places(all, "outside")).toEqual([]);
  expect(back.filter((place) => place.endsWith(" cube")).length).toBeGreaterThan(2);
});

test("afterwards nothing is told and tfjs is as it was; compiled functions are not seen", async () => {
  const methods = engine() as unknown as { addTapeNode: unknown; gradients: unknown };
  const before = [methods.addTapeNode, methods.gradients];
  const all = told(() => void square(x));
  square(x).dispose();
  expect([methods.addTapeNode, methods.gradients]).toEqual(before);
  const program = compile((t) => [square(t)], { name: "squares" });
  const stop = watchOps((one) => all.push(one));
  const [y] = await program.run(x);
  stop();
  y!.dispose();
  program.dispose();
  expect(all.map(({ op }) => op)).toEqual(["Square"]);
});
