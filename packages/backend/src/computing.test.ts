import { KernelBackend, registerBackend, setBackend } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { compile, startEngine } from "./index.js";
import { computing } from "./computing.js";
import { processorFlags, vectorsOf } from "./library/index.js";

test("the device is TensorFlow's while tfjs computes with TensorFlow; the precision is that of the step that is traced", async () => {
  expect(computing()).toEqual({ device: null, precision: "float32", vectors: "unknown" });
  await startEngine();
  const vectors = vectorsOf(processorFlags(), process.env);
  const here = { device: expect.stringMatching(/^[cg]pu$/) as string, precision: "float32", vectors };
  expect(computing()).toEqual(here);

  let inside: unknown;
  const step = compile((...all) => ((inside = computing()), all), { precision: "bfloat16" });
  step.peakBytes();
  expect([inside, computing()]).toEqual([{ ...here, precision: "bfloat16" }, here]);
  const fails = compile(
    () => {
      throw new Error("on purpose");
    },
    { precision: "bfloat16" },
  );
  expect(() => fails.runSync()).toThrow("on purpose");
  expect(computing()).toEqual(here);

  registerBackend("elsewhere", () => new KernelBackend());
  await setBackend("elsewhere");
  expect(computing().device).toBe(null);
  await setBackend("tensorflow");
  expect(computing()).toEqual(here);
});
