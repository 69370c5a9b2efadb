import {
  add,
  customGrad,
  engine,
  env,
  getBackend,
  getKernel,
  grad,
  memory,
  mul,
  registerKernel,
  square,
  sum,
  tensor1d,
  tensor4d,
  unregisterKernel,
  variable,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { heldCopy, startEngine } from "@segdistill/backend";
import { resizeBilinear, resizeNearest, statelessNormal, statelessUniform } from "@segdistill/backend/ops";
import { beforeAll, expect, test, vi } from "vitest";
import type { CheckedMethod, Loss, Method, NetworkSpec, Step } from "../contract/index.js";
import { meanOver } from "../reductions.js";
import { onBoth } from "./both-backends.js";
import { failures } from "./collecting.js";
import { notComparable } from "./comparable.js";
import { describeMethod } from "./method/describe-method.js";
import { describeNetwork } from "./network/describe-network.js";
import { suite, type Runner } from "./runner.js";
import { tinyNetwork } from "./tiny-network.js";

beforeAll(async () => {
  await startEngine();
});
const AGREES = "every backend agrees";
/** The one check of a suite, by the message it fails with. */
const agreement = async (describeOne: (runner: Runner) => void): Promise<string | undefined> =>
  (await failures(({ describe, it }) => describeOne({ describe, it: (name, body) => (name === AGREES ? it(name, body) : undefined) })))[
    AGREES
  ];

/** Off, as it is not otherwise: what is on all the time shows nothing. */
const loud = (): boolean => {
  env().set("PROD", false);
  return false;
};

test("a program runs on both, draws the same numbers, and leaves nothing", async () => {
  const kernels = () => ["tensorflow", "cpu"].map((backend) => getKernel("StatelessNormal", backend).kernelFunc);
  await onBoth(() => Promise.resolve());
  const [before, own, silent] = [memory().numTensors, kernels(), loud()];
  const ran: string[] = [];
  const [one, other] = await onBoth((backend) => {
    ran.push(`${backend} ${getBackend()}`);
    const values = engine().tidy(() => {
      const seed = tensor1d([3, 4], "int32");
      return [statelessUniform([2, 3], seed), statelessNormal([4], seed)].map((t) => [...t.dataSync()]);
    });
    return Promise.resolve(values);
  });
  expect(ran).toEqual(["tensorflow tensorflow", "cpu cpu"]);
  expect(other).toEqual(one);
  expect(one.map((values) => new Set(values).size)).toEqual([6, 4]);
  expect([getBackend(), memory().numTensors, env().getBool("PROD")]).toEqual(["tensorflow", before, silent]);
  expect(kernels()).toEqual(own);
});

test.each(["tensorflow", "cpu"])("a throw on %s reaches the caller, and TensorFlow is the backend again", async (where) => {
  const [before, silent] = [memory().numTensors, loud()];
  const run = onBoth((backend) => {
    engine().tidy(() => {
      statelessUniform([2], tensor1d([1, 2], "int32"));
    });
    return backend === where ? Promise.reject(new Error("here")) : Promise.resolve();
  });
  await expect(run).rejects.toThrow("here");
  expect([getBackend(), memory().numTensors, env().getBool("PROD")]).toEqual(["tensorflow", before, silent]);
});

const method = (loss: (step: Step<{ student: never }>) => Loss): CheckedMethod =>
  ({
    name: "m",
    options: {},
    wants: { student: [] },
    build: () => ({ terms: [{ name: "term", loss }] }),
  }) satisfies Method<"m", { student: never }>;
/** z² with a value and a gradient of one's own. */
const own = (value: (z: Tensor) => Tensor, slope: (z: Tensor) => Tensor): CheckedMethod =>
  method(({ net }) =>
    meanOver(customGrad((z) => ({ value: value(z as Tensor), gradFunc: (dy) => mul(dy, slope(z as Tensor)) }))(net.student.logits)),
  );

test("a gradient of another meaning, and no other value, is told by the variable", async () => {
  const odd = own(square, (z) => mul(z, getBackend() === "cpu" ? 2.01 : 2));
  expect(await agreement((runner) => describeMethod(runner, "m", () => odd))).toMatch(
    /^\[m\] expected conformance\/student\/\S+ on tfjs's cpu backend as on TensorFlow, \S+, to 1e-4; found \S+\. Ask for no backend, and give a kernel of your own one meaning on all of them; where tfjs's own is wrong, name it in oneBackend\.$/,
  );
});

test("a kernel of one backend only is told by its name", async () => {
  const kernelName = "SquaredHere";
  registerKernel({ kernelName, backendName: "tensorflow", kernelFunc: ({ inputs }) => square(inputs["z"] as Tensor) });
  const here = (z: Tensor): Tensor => engine().runKernel(kernelName, { z });
  const says = (what: string): string =>
    `[s] expected ${what} on tfjs's cpu backend too; found Kernel 'SquaredHere' not registered for backend 'cpu'. Write it with operators of tfjs and of @segdistill/backend/ops, or register a form of your kernel for every backend; where tfjs's own is wrong, name it in oneBackend.`;
  try {
    expect(await agreement((runner) => describeMethod(runner, "s", () => own(here, (z) => mul(z, 2))))).toBe(says("value and gradient"));
    const tiny = tinyNetwork({ name: "tiny", inputChannels: 1, classes: 2, taps: {}, bottleneck: { stride: 2, channels: 3 } });
    const spec: NetworkSpec<string> = {
      ...tiny,
      build: (scope) => {
        const network = tiny.build(scope);
        const { decode } = network;
        return Object.assign(network, {
          decode: (...given: Parameters<typeof decode>) => ({ ...decode(...given), logits: here(decode(...given).logits) }),
        });
      },
    };
    expect(await agreement((runner) => describeNetwork(runner, "s", () => spec))).toBe(says("inference"));
  } finally {
    unregisterKernel(kernelName, "tensorflow");
  }
});

test("noise is compared, as TensorFlow draws it", async () => {
  const noisy = method(({ net, noise }) =>
    meanOver(square(add(net.student.logits, noise.normal("shift", net.student.logits.shape.slice(1))))),
  );
  expect(await agreement((runner) => describeMethod(runner, "m", () => noisy))).toBeUndefined();
});

test("a held copy keeps its values on both", async () => {
  const [one, other] = await onBoth(() => {
    const v = engine().tidy(() => variable(tensor1d([1, 2])));
    const held = heldCopy(v as Tensor);
    engine().tidy(() => {
      v.assign(add(v, 1));
    });
    const values = [held, v].map((t) => [...t.dataSync()]);
    held.dispose();
    v.dispose();
    return Promise.resolve(values);
  });
  const kept = [
    [1, 2],
    [2, 3],
  ];
  expect([one, other]).toEqual([kept, kept]);
});

test.each([resizeBilinear, resizeNearest])("gradients of resizing, wrong on cpu, are compared too: %o", async (resize) => {
  const gradients = async (): Promise<readonly number[][]> =>
    Promise.resolve(
      engine().tidy(() =>
        (
          [
            [5, 7],
            [2, 3],
            [6, 8],
          ] as const
        ).map((to) => {
          const x = tensor4d(
            Array.from({ length: 48 }, (_, i) => Math.sin(i)),
            [2, 3, 4, 2],
          );
          return [...grad((map) => sum(mul(resize(map as Tensor4D, to), resize(square(map) as Tensor4D, to))))(x).dataSync()];
        }),
      ),
    );
  const [one, other] = await onBoth(gradients);
  for (const [i, expected] of one.entries()) {
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
    expected.forEach((x, j) => {
      expect(other[i]![j]).toBeCloseTo(x, 5);
    });
  }
});

test("a check that cannot be made is a skipped test with the reason; a runner that skips nothing fails it", async () => {
  const [ran, skipped] = [[] as string[], [] as string[]];
  const it = Object.assign((name: string) => ran.push(name), { skip: (name: string) => skipped.push(name) });
  const describe = vi.fn((_: string, body: () => void) => {
    body();
  });
  describeNetwork({ describe, it }, "n", () => null as never, { oneBackend: "a reason" });
  describeMethod({ describe, it }, "m", () => null as never, { oneBackend: "another" });
  expect(skipped).toEqual([`${AGREES} (not checked: a reason)`, `${AGREES} (not checked: another)`]);
  expect(ran.length).toBe(13 + 17);
  const found = await failures((runner) => suite(runner, "n", null, [{ name: "c", holds: () => undefined, impossible: "a reason" }]));
  expect(found).toEqual({ "c (not checked: a reason)": "[n] c: not checked, a reason." });
});

test("where the backend is not installed, that is the reason", () => {
  expect(notComparable()).toBeNull();
  const resolve = (name: string): never => {
    throw new Error(name);
  };
  expect(notComparable(resolve)).toBe("@tensorflow/tfjs-backend-cpu is not installed");
});
