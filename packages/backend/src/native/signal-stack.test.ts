import { afterAll, beforeAll, expect, test } from "vitest";
import { newChildren, type Children } from "../testing/child.js";

let children: Children;
beforeAll(async () => {
  children = await newChildren();
});
afterAll(() => children.remove());

test("V8's profiler beside large products leaves memory as it is", async () => {
  const { code, signal, stdout, stderr } = await children.run(
    `
    import { Session } from "node:inspector";
    import { fill, matMul, tidy } from "@tensorflow/tfjs-core";
    import { startEngine } from "./backend.mjs";
    await startEngine();
    const session = new Session();
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: 100 }); // µs: a signal each
    session.post("Profiler.start");
    const [a, b] = [fill([96, 9000], 0.5), fill([9000, 96], 2)];
    let wrong = 0;
    for (let i = 0; i < 500; i++)
      tidy(() => {
        wrong += matMul(a, b).dataSync().some((x) => x !== 9000);
        for (let j = 0; j < 20; j++) fill([7 + j], j); // memory taken beside the product's
      });
    session.post("Profiler.stop", (_, { profile }) => console.log(JSON.stringify({ wrong, sampled: profile.samples.length > 1000 })));`,
    { SEGDISTILL_THREADS: "1" }, // on this thread
  );
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({ wrong: 0, sampled: true });
});
