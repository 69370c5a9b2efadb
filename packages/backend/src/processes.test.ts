import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBfloat16 } from "./library/index.js";
import { newChildren, type Children } from "./testing/child.js";

let children: Children;
beforeAll(async () => {
  children = await newChildren();
});
afterAll(() => children.remove());

/** Three steps of a compiled function, printed: 3, 6, 9. */
const steps = `
  const { compile, startEngine } = await import("./backend.mjs");
  const tf = await import("@tensorflow/tfjs-core");
  await startEngine();
  const w = tf.variable(tf.zeros([3]));
  const step = compile((x) => { w.assign(tf.add(w, x)); return [tf.sum(w)]; }, { variables: [w] });
  const sums = [];
  for (let k = 0; k < 3; k++) sums.push((await step.run(tf.ones([3])))[0].dataSync()[0]);`;
const clean = { code: 0, signal: null, stderr: "" };

// twenty in the check, a hundred by `npm run starts`: half a second each on a machine that does nothing else
const starts = Number(process.env["SEGDISTILL_STARTS"] ?? 20);

describe("processes and threads", () => {
  test(`${starts} processes that start the engine, train and end: each with code 0 and without a word`, { timeout: 600_000 }, async () => {
    const ends = ["", "process.exit();", "step.run(tf.ones([3])); process.exit();", "setTimeout(() => {}, 5);"]; // as programs end
    const one = async (k: number): Promise<unknown> =>
      children.run(`${steps} console.log(JSON.stringify(sums)); ${ends[k % ends.length]!}`);
    for (let k = 0; k < starts; k += 2)
      expect(await Promise.all([one(k), one(k + 1)])).toEqual([k, k + 1].map(() => ({ ...clean, stdout: "[3,6,9]\n" })));
  });

  test("two processes at once, and processes forked from one that has loaded the library", async () => {
    const { stdout, ...end } = await children.run(`
      import { fork } from "node:child_process";
      ${steps}
      if (process.argv[2] !== "child") {
        const ends = [0, 1].map(() => new Promise((resolve) => fork(process.argv[1], ["child"]).on("exit", (...end) => resolve(end))));
        console.log(JSON.stringify([sums, await Promise.all(ends)]));
      } else if (JSON.stringify(sums) !== "[3,6,9]") process.exit(1);`);
    expect(end).toEqual(clean);
    expect(JSON.parse(stdout)).toEqual([[3, 6, 9], [[0, null], [0, null]]]); // prettier-ignore
  });

  test("a step in bfloat16 through a convolution with a bias and a leaky rectifier, without a word of TensorFlow's", async () => {
    const { stdout, stderr, ...end } = await children.run(`
      const { compile, startEngine } = await import("./backend.mjs");
      const tf = await import("@tensorflow/tfjs-core");
      await startEngine();
      const [x, w, b] = [tf.ones([1, 8, 8, 3]), tf.fill([3, 3, 3, 3], 0.1), tf.zeros([3])];
      const layer = (map, w, b) => tf.leakyRelu(tf.add(tf.conv2d(map, w, 1, "same"), b), 0.1);
      const step = compile((x, w, b) => tf.grads((w, b) => tf.sum(tf.square(layer(layer(x, w, b), w, b))))([w, b]), { precision: "bfloat16" });
      console.log((await step.run(x, w, b)).map((g) => g.shape.join("×")).join(", "));`);
    expect(end).toEqual({ code: clean.code, signal: clean.signal });
    // the one word that there may be: that the processor has no bfloat16
    expect(stderr).toMatch(hasBfloat16() ? /^$/ : /^(E0000 .* oneDNN supports DT_BFLOAT16 only on platforms with AVX-512.*\n)?$/);
    expect(stdout).toBe("3×3×3×3, 3\n");
  });

  test.each(["alone", "beside the main thread's engine"])("two worker threads at once, %s", async (how) => {
    const { stdout, stderr, ...end } = await children.run(
      `
      import { Worker, isMainThread, parentPort } from "node:worker_threads";
      import { fileURLToPath } from "node:url";
      const work = async () => { ${steps} return [sums, (await startEngine()).switches.TF_ENABLE_ONEDNN_OPTS]; };
      if (!isMainThread) parentPort.postMessage(await work());
      else {
        const mine = ${String(how !== "alone")} ? await work() : null;
        const threads = [0, 1].map(() => new Promise((resolve) => {
          const found = [];
          const thread = new Worker(fileURLToPath(import.meta.url));
          for (const event of ["message", "error", "exit"]) thread.on(event, (value) => { found.push(event, value); if (event === "exit") resolve(found); });
        }));
        console.log(JSON.stringify([mine, await Promise.all(threads)]));
      }`,
      { TF_ENABLE_ONEDNN_OPTS: undefined },
    );
    // outside of the main thread TensorFlow's greeting is not kept out of the terminal
    expect([end, stderr.replace(/^.*(oneDNN custom operations are on|before absl::InitializeLog).*\n/gm, "")]).toEqual([
      { code: 0, signal: null },
      "",
    ]);
    const worked = ["message", [[3, 6, 9], "1"], "exit", 0];
    expect(JSON.parse(stdout)).toEqual([how === "alone" ? null : [[3, 6, 9], "1"], [worked, worked]]);
  });

  test("oneDNN is on in a worker thread too, as the library sees it", async () => {
    const { stdout } = await children.run(
      `
      import { Worker, isMainThread } from "node:worker_threads";
      import { fileURLToPath } from "node:url";
      import koffi from "koffi";
      if (isMainThread) new Worker(fileURLToPath(import.meta.url));
      else { ${steps} console.log(koffi.load(null).func("const char* getenv(const char*)")("TF_DETERMINISTIC_OPS")); }`,
      { TF_DETERMINISTIC_OPS: undefined },
    );
    expect(stdout).toBe("1\n");
  });
});
