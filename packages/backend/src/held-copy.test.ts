import { add, memory, tensor1d, tidy, variable, type Tensor } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { compile, heldCopy, heldValues, startEngine } from "./index.js";

const engine = await startEngine();

test("keeps the values that a variable had, whatever a compiled function assigns later; nothing is copied or left", async () => {
  const v = tidy(() => variable(tensor1d([1, 2, 3])));
  const x = tensor1d([10, 20, 30]);
  const step = compile((y) => (v.assign(add(y, v)), []), { variables: [v] });
  await step.run(x);
  const [tensors, handles] = [memory().numTensors, engine.memory().tensors];
  const held = heldCopy(v as Tensor);
  expect(held.shape).toEqual([3]);
  for (let i = 0; i < 2; i++) await step.run(x);
  expect([[...held.dataSync()], [...v.dataSync()]]).toEqual([[11, 22, 33], [31, 62, 93]]); // prettier-ignore
  held.dispose();
  expect([memory().numTensors, engine.memory().tensors]).toEqual([tensors, handles]);
  step.dispose();
});

test("values of variables are gone back to as often as wanted, whatever a compiled function assigns; no tensor is made, none is left", async () => {
  const [v, w] = tidy(() => [variable(tensor1d([1, 2])), variable(tensor1d([3]))] as const);
  const step = compile(() => (v.assign(add(v, 1)), w.assign(add(w, 10)), []), { variables: [v, w] });
  await step.run();
  const now = (): number[][] => [v, w].map((t) => [...t.dataSync()]);
  const [tensors, handles] = [memory().numTensors, engine.memory().tensors];
  const held = heldValues([v, w]);
  expect(memory().numTensors).toBe(tensors);
  for (let i = 0; i < 2; i++) {
    await step.run();
    await step.run();
    expect(now()).toEqual([[4, 5], [33]]);
    held.restore();
    expect(now()).toEqual([[2, 3], [13]]);
  }
  held.dispose();
  expect([memory().numTensors, engine.memory().tensors]).toEqual([tensors, handles]);
  expect(now()).toEqual([[2, 3], [13]]);
  step.dispose();
});
