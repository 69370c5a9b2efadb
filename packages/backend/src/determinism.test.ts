import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compile, startEngine, type EngineInfo } from "./index.js";
import * as ops from "./ops/index.js";
import { trainEveryOperator, uses } from "./testing/every-operator.js";
import { smallNet } from "./testing/small-net.js";
import { newChildren, type Children } from "./testing/child.js";

let children: Children;
let info: EngineInfo;
beforeAll(async () => {
  info = await startEngine();
  children = await newChildren();
});
afterAll(() => children.remove());

test("ten compiled steps of a small net: two processes and this one hold the same bytes, loss and weights", async () => {
  const script = `
    import { createHash } from "node:crypto";
    import { smallNet, startEngine } from "./backend.mjs";
    await startEngine();
    const { losses, bytes } = await smallNet(3).train(10);
    console.log(JSON.stringify({ losses, hash: createHash("sha256").update(bytes).digest("hex") }));`;
  const [one, two] = [await children.run(script), await children.run(script)].map(({ stdout }) => stdout);
  const { losses, bytes } = await smallNet(3).train(10);
  expect(JSON.parse(one!)).toEqual({ losses, hash: createHash("sha256").update(bytes).digest("hex") });
  expect(two).toBe(one);
  expect(losses[9]).toBeLessThan(0.9 * losses[0]!); // it does learn
  const other = await smallNet(4).train(10); // other dropout, other bytes
  expect(other.bytes.equals(bytes)).toBe(false);
  expect(new Set(losses).size).toBe(10);
});

test("six steps with every operator: a process of its own and this one hold the same bytes, and so does one that goes on after three", async () => {
  expect(Object.keys(uses).sort()).toEqual(Object.keys(ops).sort());
  const { stdout, stderr } = await children.run(`
    import { createHash } from "node:crypto";
    import { startEngine, trainEveryOperator } from "./backend.mjs";
    await startEngine();
    const { losses, bytes } = await trainEveryOperator(6);
    console.log(JSON.stringify({ losses, hash: createHash("sha256").update(bytes).digest("hex") }));`);
  const { losses, bytes } = await trainEveryOperator(6);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({ losses, hash: createHash("sha256").update(bytes).digest("hex") });
  const half = await trainEveryOperator(3);
  const rest = await trainEveryOperator(3, 3, half.bytes);
  expect([...half.losses, ...rest.losses]).toEqual(losses);
  expect(rest.bytes.equals(bytes)).toBe(true);
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(new Set(losses).size).toBe(6);
});

test("the same net compiled and eagerly: the same bytes after three steps", async () => {
  const [compiled, eager] = [await smallNet(3).train(3), await smallNet(3).train(3, "eager")];
  expect(eager.losses).toEqual(compiled.losses);
  expect(eager.bytes.equals(compiled.bytes)).toBe(true);
});

test("no tensor more after 200 steps than after 10, here and in tfjs", async () => {
  const net = smallNet(3);
  const step = compile(net.step, { variables: net.variables });
  const run = async (steps: number): Promise<{ readonly engine: number; readonly bytes: number; readonly tfjs: number }> => {
    for (let k = 0; k < steps; k++) {
      const [x, labels, seed] = net.batch(k);
      const [loss] = await step.run(x, labels, seed);
      loss!.dataSync();
      tf.dispose([x, labels, seed, loss!]);
    }
    const { tensors, bytes } = info.memory();
    return { engine: tensors, bytes, tfjs: tf.memory().numTensors };
  };
  const early = await run(10);
  expect(await run(190)).toEqual(early);
  expect(early.engine).toBeGreaterThanOrEqual(net.variables.length);
  step.dispose();
});
