import {
  add,
  grad,
  leakyRelu,
  matMul,
  mean,
  memory,
  mul,
  reshape,
  sum,
  tanh,
  tensor,
  tidy,
  valueAndGrads,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { conv2d, softmax } from "@segdistill/backend/ops";
import { describe, expect, test } from "vitest";
import type { Loss, Make, Pass } from "../contract/index.js";
import { scope } from "../scope.js";
import { expectClose, readFixture } from "../testing/fixture.js";
import { gradientPenalty, hinge, leastSquares, spectralNorm, wassersteinGp, type AdversarialLoss } from "./index.js";

/** What PyTorch gives: fixtures/adversarial.py. */
interface Fixture<T> {
  readonly startU: T;
  readonly u: T;
  readonly parameters: Readonly<Record<string, T>>;
  readonly real: T;
  readonly fake: T;
  readonly a: T;
  readonly scores: { readonly real: T; readonly fake: T };
  readonly penalties: T;
  readonly opponent: Readonly<Record<string, Outcome<T>>>;
  readonly student: Readonly<Record<string, Outcome<T>>>;
  readonly spectral: { readonly startU: T; readonly by: T; readonly passes: readonly Iteration<T>[] };
}
interface Outcome<T> {
  readonly value: number;
  readonly gradients: Readonly<Record<string, T>>;
}
interface Iteration<T> {
  readonly moves: boolean;
  readonly kernel: T;
  readonly normalised: T;
  readonly gradient: T;
  readonly u: T;
  readonly v: T;
}
interface Held {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
const fixture = readFixture(new URL("fixtures/adversarial.json", import.meta.url)) as Fixture<Held>;
const made = ({ shape, data }: Held): Tensor => tensor(data, [...shape]);
const pass = (statistics: Pass["statistics"]): Pass => ({ mode: "train", statistics, noise: {} as Pass["noise"] });

await startEngine();

/** The fixture's discriminator over its own variables; they are given by a test, so that gradients reach them. */
function discriminator() {
  const { parameters, startU } = fixture;
  const shapes = Object.entries(parameters).map(([name, { shape }]) => [name, shape] as const);
  const module = scope("d", "d", 0, new Map()).module("d", (make: Make) => {
    const of = Object.fromEntries(shapes.map(([name, shape]) => [name, make.variable(name, shape, "zeros")]));
    const kernel = spectralNorm(make, "conv", of["conv"]!);
    return {
      scorer: (now: Pass) => {
        const w = kernel(now) as Tensor4D;
        const at = (name: string): Tensor => of[name] as Tensor;
        const through = (x: Tensor4D, name: string): Tensor =>
          add(conv2d(x, at(name) as Tensor4D, { padding: "valid" }), at(`${name}Bias`));
        return (maps: Tensor4D): Tensor => {
          const x = leakyRelu(add(conv2d(tanh(maps), w, { stride: 2, padding: 1 }), at("convBias")), 0.1) as Tensor4D;
          const [b, h, width, c] = x.shape;
          const [q, k, v] = ["query", "key", "value"].map((name) => reshape(through(x, name), [b, h * width, -1])) as [
            Tensor,
            Tensor,
            Tensor,
          ];
          const attended = matMul(softmax(matMul(q, k, false, true)), v); // [B, h·w, C]
          return through(add(mul(at("gamma"), reshape(attended, [b, h, width, c])), x), "last");
        };
      },
    };
  });
  for (const [name, v] of Object.entries(module.variables)) v.assign(made(parameters[name]!));
  module.state["conv/u"]!.assign(made(startU));
  return module;
}

const losses: Readonly<Record<string, AdversarialLoss>> = { wassersteinGp: wassersteinGp(), leastSquares: leastSquares(), hinge: hinge() };
const noise = { uniform: () => made(fixture.a) };
const valueOf = ({ sum: s, count }: Loss): Tensor => mul(sum(s), 1 / count!.shape[0]);

/** Value and gradients of something that scores, by the discriminator's variables and by maps; eager and compiled. */
function compare(
  f: (score: (x: Tensor4D) => Tensor, maps: Readonly<Record<string, Tensor>>) => Tensor,
  wanted: Outcome<Held>,
  tolerance: number,
): void {
  const d = discriminator();
  tidy(() => void d.scorer(pass("move"))); // one power iteration, as in the fixture
  const mapNames = Object.keys(wanted.gradients).filter((name) => !(name in d.variables));
  const variables = Object.values(d.variables);
  const given = mapNames.map((name) => made(fixture[name as "real" | "fake"]));
  const program = (...maps: Tensor[]): Tensor[] => {
    const { value, grads } = valueAndGrads((...xs: Tensor[]) =>
      f(d.scorer(pass("still")), Object.fromEntries(mapNames.map((name, i) => [name, xs[variables.length + i]!]))),
    )([...(variables as Tensor[]), ...maps]);
    return [value, ...grads];
  };
  const step = compile(program, { variables: [...variables, ...Object.values(d.state)] });
  for (const [how, found] of Object.entries({ eager: program(...given), compiled: step.runSync(...given) })) {
    expectClose(found[0]!, wanted.value, { tolerance, what: `${how} value` });
    const names = [...Object.keys(d.variables), ...mapNames];
    expect(new Set(names)).toEqual(new Set(Object.keys(wanted.gradients)));
    const largest = Math.max(...Object.values(wanted.gradients).flatMap(({ data }) => [...data].map(Math.abs)));
    for (const [i, name] of names.entries()) {
      const expected = wanted.gradients[name]!;
      expect(found[1 + i]!.shape, name).toEqual(expected.shape);
      const [a, b] = [found[1 + i]!.dataSync(), expected.data];
      const worst = Math.max(...[...b].map((x, j) => Math.abs(x - a[j]!)));
      expect(worst / Math.max(1e-2 * largest, ...[...b].map(Math.abs)), `${how} gradient of ${name}`).toBeLessThan(tolerance);
    }
  }
  step.dispose();
}

describe("PyTorch's numbers", () => {
  test("the discriminator, one power iteration and the penalty of every image", () => {
    const d = discriminator();
    const score = d.scorer(pass("move"));
    const [real, fake] = [made(fixture.real), made(fixture.fake)] as [Tensor4D, Tensor4D];
    expectClose(d.state["conv/u"]!, fixture.u, { tolerance: 1e-6, what: "u" });
    expectClose(score(real), fixture.scores.real, { tolerance: 1e-5 });
    expectClose(score(fake), fixture.scores.fake, { tolerance: 1e-5 });
    expectClose(gradientPenalty(score, { real, fake, a: made(fixture.a) }), fixture.penalties, { tolerance: 1e-5 });
  });

  test.each(Object.keys(losses))("%s of the opponent: value and gradients by parameters, real and fake maps", (name) => {
    const opponent = (score: (x: Tensor4D) => Tensor, maps: Readonly<Record<string, Tensor>>): Tensor =>
      valueOf(losses[name]!.opponent({ score, real: maps["real"] as Tensor4D, fake: maps["fake"] as Tensor4D, noise }));
    compare(opponent, fixture.opponent[name]!, 1e-4);
  });

  test("the penalty alone: second order through tanh, convolution, leaky ReLU, attention and spectral norm", () => {
    // tfjs refuses to differentiate by what a function does not depend on, and no slope depends on the last bias: hence 0 times the scores
    const alone = (score: (x: Tensor4D) => Tensor, maps: Readonly<Record<string, Tensor>>): Tensor => {
      const [real, fake] = [maps["real"], maps["fake"]] as [Tensor4D, Tensor4D];
      return add(mean(gradientPenalty(score, { real, fake, a: made(fixture.a) })), mul(0, sum(score(fake))));
    };
    compare(alone, fixture.opponent["penalty"]!, 1e-4);
  });

  test.each(Object.keys(losses))("%s of the student: value and gradients by parameters and its maps", (name) => {
    compare((score, maps) => valueOf(losses[name]!.student(score(maps["fake"] as Tensor4D))), fixture.student[name]!, 1e-5);
  });
});

describe("spectral norm is torch.nn.utils.spectral_norm", () => {
  const { startU, by, passes } = fixture.spectral;
  const normed = () => {
    const module = scope("d", "d", 0, new Map()).module("d", (make) => {
      const kernel = make.variable("k", by.shape, "zeros");
      return { kernel, at: spectralNorm(make, "k", kernel) };
    });
    module.state["k/u"]!.assign(made(startU));
    return module;
  };

  test.each([true, false])("kernel, gradient, u and v over six passes, two of them still, while the kernel moves (eager: %s)", (eager) => {
    const d = normed();
    const program = (statistics: Pass["statistics"]) => (): Tensor[] => {
      // u and v are read after the pass has moved them
      const { value, grads } = valueAndGrads((k: Tensor) => (void k, sum(mul(d.at(pass(statistics)), made(by)))))([d.kernel as Tensor]);
      return [d.at(pass("still")), value, grads[0]!];
    };
    const variables = [d.kernel, ...Object.values(d.state)];
    const how = { move: compile(program("move"), { variables }), still: compile(program("still"), { variables }) };
    expect(passes.map(({ moves }) => moves)).toEqual([true, true, false, true, true, false]);
    for (const { moves, kernel, normalised, gradient, u, v } of passes) {
      d.kernel.assign(made(kernel));
      const which = moves ? "move" : "still";
      const [w, , slope] = eager ? program(which)() : how[which].runSync();
      expectClose(w!, normalised, { tolerance: 1e-5, what: "kernel" });
      expectClose(slope!, gradient, { tolerance: 1e-5, what: "gradient" });
      expectClose(d.state["k/u"]!, u, { tolerance: 1e-5, what: "u" });
      expectClose(d.state["k/v"]!, v, { tolerance: 1e-5, what: "v" });
    }
    how.move.dispose();
    how.still.dispose();
  });

  test("before the first iteration a still pass makes one for itself: the kernel of the moving pass, and nothing is kept", () => {
    const d = normed();
    d.kernel.assign(made(passes[0]!.kernel));
    const before = Object.values(d.state).map((s) => [...s.dataSync()]);
    expectClose(d.at(pass("still")), passes[0]!.normalised, { tolerance: 1e-5 });
    expect(Object.values(d.state).map((s) => [...s.dataSync()])).toEqual(before);
    expectClose(d.at(pass("move")), passes[0]!.normalised, { tolerance: 1e-5 });
  });

  test("by hand: a diagonal kernel of 3 and 4, u = (1, 1): one iteration gives u ∝ (9, 16), σ from there on comes to 4", () => {
    const d = scope("d", "d", 0, new Map()).module("d", (make) => {
      const kernel = make.variable("k", [2, 2], "zeros");
      return { kernel, at: spectralNorm(make, "k", kernel) };
    });
    d.kernel.assign(tensor([3, 0, 0, 4], [2, 2]));
    d.state["k/u"]!.assign(tensor([1, 1]));
    // v = (3, 4)/5, Wv = (9, 16)/5, σ = ‖Wv‖ = √337/5
    expectClose(d.at(pass("move")), [15 / Math.sqrt(337), 0, 0, 20 / Math.sqrt(337)], { tolerance: 1e-6 });
    expectClose(d.state["k/u"]!, [9 / Math.sqrt(337), 16 / Math.sqrt(337)], { tolerance: 1e-6 });
    expectClose(d.state["k/v"]!, [0.6, 0.8], { tolerance: 1e-6 });
    for (let i = 0; i < 30; i++) tidy(() => d.at(pass("move")));
    expectClose(d.at(pass("still")), [0.75, 0, 0, 1], { tolerance: 1e-6 });
  });

  test("twice with one moving pass is refused; nothing is left in memory", () => {
    const d = normed();
    d.kernel.assign(made(passes[0]!.kernel));
    const before = memory().numTensors;
    const once = pass("move");
    const inside = (f: () => unknown): void => tidy(() => void f());
    inside(() => d.at(once));
    expect(() => inside(() => d.at(once))).toThrow(
      '[d/d] state "k/u" moved twice in one pass. Prepare what depends on it once and share it.',
    );
    inside(() => grad((k: Tensor) => (void k, sum(d.at(pass("still")))))(d.kernel as Tensor));
    expect(memory().numTensors).toBe(before);
  });
});
