import { memory, mul, profile, sum, tidy, variableGrads, type Tensor4D } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import type { NetworkSpec } from "@segdistill/core/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { fixedMap, fixedScope, newPass } from "./fixed-scope.js";
import { distance, fixtures, type NetworkFixture } from "./fixtures.js";
import { mobileUNet } from "./mobile-u-net.js";
import { uNet } from "./u-net.js";

const LIMIT = 1e-4;
const all = fixtures();

beforeAll(async () => {
  await startEngine();
});

const cases: [string, NetworkSpec<string>, NetworkFixture][] = [
  ["u-net", uNet({ width: 4, bias: true, inputChannels: 2, classes: 3 }), all["u-net"]],
  ["mobile-u-net", mobileUNet({ classes: 3 }), all["mobile-u-net"]],
];

describe.each(cases)("%s against PyTorch", (_, spec, fixture) => {
  const [batch, height, width] = fixture.input;

  it.each(["inference", "train"] as const)("logits, bottleneck and every tap in %s", (mode) => {
    const network = spec.build(fixedScope());
    tidy(() => {
      const pass = newPass(mode);
      const { taps, ...encoding } = network.encode(fixedMap("images", fixture.input), pass);
      const decoded = network.decode(encoding, pass);
      const found = { ...taps, ...decoded.taps };
      expect(Object.keys(found).sort()).toEqual(Object.keys(spec.taps).sort());
      expect(distance(decoded.logits, fixture[mode].logits)).toBeLessThan(LIMIT);
      expect(distance(encoding.bottleneck, fixture[mode].bottleneck)).toBeLessThan(LIMIT);
      for (const [name, sample] of Object.entries(fixture[mode].taps)) {
        expect(distance(found[name]!, sample), name).toBeLessThan(LIMIT);
        const { stride, channels } = spec.taps[name]!;
        expect(found[name]!.shape).toEqual([batch, height / stride, width / stride, channels]);
      }
      const { stride, channels } = spec.bottleneck;
      expect(encoding.bottleneck.shape).toEqual([batch, height / stride, width / stride, channels]);
    });
  });

  it("decodes another bottleneck with its own skips", () => {
    const network = spec.build(fixedScope());
    tidy(() => {
      const encoding = network.encode(fixedMap("images", fixture.input), newPass("inference"));
      const { stride, channels } = spec.bottleneck;
      const bottleneck = fixedMap("bottleneck", [batch, height / stride, width / stride, channels]);
      expect(distance(network.decode({ ...encoding, bottleneck }, newPass("inference")).logits, fixture.replaced)).toBeLessThan(LIMIT);
    });
  });

  it("gradients, and the running statistics after one pass", () => {
    const network = spec.build(fixedScope());
    tidy(() => {
      const pass = newPass("train");
      const images = fixedMap("images", fixture.input);
      const cotangent = fixedMap("cotangent", [batch, height, width, fixture.classes]);
      const { grads } = variableGrads(
        () => sum(mul(network.decode(network.encode(images, pass), pass).logits, cotangent)),
        Object.values(network.variables),
      );
      for (const [name, sample] of Object.entries(fixture.gradients)) {
        expect(distance(grads[network.variables[name]!.name]!, sample), name).toBeLessThan(LIMIT);
      }
      for (const [name, sample] of Object.entries(fixture.moved)) {
        expect(distance(network.state[name]!, sample), name).toBeLessThan(LIMIT);
      }
    });
    expect(Object.keys(fixture.gradients).length).toBeGreaterThan(25);
    expect(Object.keys(fixture.moved).length).toBeGreaterThan(25);
  });

  it("is the same compiled, statistics included", async () => {
    const names = Object.keys(fixture.moved);
    const [eager, traced] = [spec.build(fixedScope()), spec.build(fixedScope())];
    const answer = (network: typeof eager, images: Tensor4D): Tensor4D => {
      const pass = newPass("train");
      return network.decode(network.encode(images, pass), pass).logits;
    };
    const images = fixedMap("images", fixture.input);
    const expected = tidy(() => answer(eager, images));
    const step = compile((x) => [answer(traced, x as Tensor4D)], {
      variables: [...Object.values(traced.variables), ...Object.values(traced.state)],
    });
    const [found] = await step.run(images);
    expect(found!.dataSync()).toEqual(expected.dataSync());
    for (const name of names) expect(traced.state[name]!.dataSync(), name).toEqual(eager.state[name]!.dataSync());
  });

  it("leaves no tensor behind but its answer", () => {
    const network = spec.build(fixedScope());
    const images = fixedMap("images", fixture.input);
    const before = memory().numTensors;
    const pass = newPass("train");
    tidy(() => network.decode(network.encode(images, pass), pass).logits).dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("ends logits, bottleneck and every tap in float32", async () => {
    const network = spec.build(fixedScope());
    const pass = newPass("inference");
    const { kernels } = await profile(() =>
      tidy(() => network.decode(network.encode(fixedMap("images", fixture.input), pass), pass).logits),
    );
    expect(kernels.filter(({ name }) => name === "Float32Barrier").length).toBe(Object.keys(spec.taps).length + 2);
  });

  it("moves no statistics under a still pass, nor in inference", () => {
    const network = spec.build(fixedScope());
    const read = (): number[][] => Object.values(network.state).map((value) => [...value.dataSync()]);
    const before = read();
    for (const pass of [newPass("train", "still"), newPass("inference", "move")]) {
      tidy(() => network.decode(network.encode(fixedMap("images", fixture.input), pass), pass).logits);
    }
    expect(read()).toEqual(before);
  });
});
