import { add, dispose, grad, grads, mul, sum, type Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { compile } from "../compile.js";
import { casesOf, expectCase, expectClose, type Case, type Closeness } from "./fixtures.js";
import { numbers } from "./numbers.js";

type Inputs = readonly Tensor[];
interface AnyShape {
  readonly inputs: readonly (readonly number[])[];
  readonly times: number;
}

/** What fixtures/any-shape.py makes of the shapes: the k-th input has the k-th seed. */
const inputsOf = ({ inputs, times }: AnyShape): Tensor[] => inputs.map((shape, i) => mul(numbers(shape, [1, 2, 4, 5][i]!), times));

/** Tests of one operator of fixtures/any-shape.json against PyTorch, eager and compiled: value and gradients, and the gradients of the gradient. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what its operator's cases hold
export function describeAnyShape<Options>(
  name: string,
  f: (inputs: Inputs, options: Options) => Tensor,
  closeness: Closeness & { readonly secondOrder?: boolean } = {},
): void {
  const titled = (of: string) =>
    casesOf<AnyShape & Options>(of, "any-shape").map((one) => [inputs(one), one] as [string, AnyShape & Options & Case]);
  const known: readonly string[] = ["inputs", "times", "y", "gradients"];
  const inputs = (one: AnyShape & Options & Case): string => {
    const options = Object.fromEntries(Object.entries(one).filter(([key]) => !known.includes(key)));
    return `${one.inputs.map((shape) => `[${shape.join(", ")}]`).join(" ")} ${JSON.stringify(options)}`;
  };

  describe(`${name}: value and gradients are PyTorch's, eager and compiled`, () => {
    test.each(titled(name))("%s", (_, one) => expectCase((...all) => f(all, one), inputsOf(one), one, closeness));
  });
  if (closeness.secondOrder === false) return;
  describe(`${name}: the gradients of ⟨w, gradient⟩ are PyTorch's, eager and compiled`, () => {
    test.each(titled(`${name}Twice`))("%s", (_, one) => expectTwice((...all) => f(all, one), inputsOf(one), one, closeness.tolerance));
  });
}

/** The gradient g of ⟨dy, f⟩ in the first input, and those of ⟨w, g⟩ in every input and in dy. */
export function expectTwice(f: (...inputs: Tensor[]) => Tensor, inputs: Inputs, wanted: Case, tolerance = 1e-5): void {
  const dy = numbers(wanted.gradients.at(-1)!.shape, 3);
  const w = numbers(wanted.y.shape, 6);
  const gradient = (...all: Tensor[]): Tensor => {
    const [others, d] = [all.slice(1, -1), all.at(-1)!];
    return grad((u: Tensor) => sum(mul(d, f(u, ...others))))(all[0]!);
  };
  // tfjs refuses an input that the gradient does not hang on (PyTorch: 0): each takes part in a sum that is worth nothing
  const nothing = (all: Inputs): Tensor => all.reduce<Tensor>((total, t) => add(total, mul(sum(t), 0)), mul(sum(all[0]!), 0));
  const all = (...given: Tensor[]): Tensor[] => [
    gradient(...given),
    ...grads((...xs: Tensor[]) => add(sum(mul(w, gradient(...xs))), nothing(xs)))(given),
  ];
  const step = compile(all);
  for (const [how, found] of Object.entries({ eager: all(...inputs, dy), compiled: step.runSync(...inputs, dy) })) {
    expect(found.length).toBe(1 + wanted.gradients.length);
    [wanted.y, ...wanted.gradients].forEach((one, i) => expectClose(found[i]!, one, tolerance, `${how}, output ${i}`));
    dispose(found);
  }
  step.dispose();
}
