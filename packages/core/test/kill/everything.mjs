// A process that trains with all that a checkpoint has to keep, until it is done or killed: `node everything.mjs <run folder>`. It prints a dot a step.
import { conv2d, mean, moments, mul, square, squaredDifference, add, reshape, sub } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { adam, adamW, clip, cosine, during, flips, folderStore, from, learns, frozen, meanOver, noise, offer, openRunFolder, poly, rampUp, service, sgd, spectralNorm, stage, train, uncertainty, warmUp, wassersteinGp, weigh } from "@segdistill/core"; // prettier-ignore
import { random, shuffled } from "@segdistill/core/random";

const [height, width, classes] = [6, 8, 2];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Eight cases in an order of every epoch's own; every second one has no label, and "h" is not a number in epoch 1: that step is taken back. */
const data = (pauseMs) => ({
  picture: { height, width, channels: 1, classes },
  fingerprint: "eight",
  batchSize: 4,
  batchesPerEpoch: 2,
  epoch: async function* (epoch, seed, first = 0) {
    const order = shuffled(8, `${seed}/${epoch}/order`).map((i) => "abcdefgh"[i]);
    for (let b = first; b < 2; b++) {
      await pause(pauseMs);
      const ids = order.slice(4 * b, 4 * b + 4);
      const pixels = ids.map((id) => Float32Array.from({ length: height * width }, () => random(`${id}/${epoch}`).normal()).map((x, i) => x * Math.cos(i))); // prettier-ignore
      if (epoch === 1 && ids.includes("h")) pixels[ids.indexOf("h")][5] = NaN;
      yield {
        images: Float32Array.from(pixels.flatMap((p) => [...p])),
        labels: Uint8Array.from(pixels.flatMap((p) => [...p].map((x) => Number(x > 0)))),
        valid: new Uint8Array(4 * height * width).fill(1).map((_, i) => Number(i % 7 !== 0)),
        labelled: Uint8Array.from(ids, (id) => Number("aceg".includes(id))),
        cases: ids,
        occurrences: ids.map(() => 0),
      };
    }
  },
});

/** Two convolutions, a running mean, dropout-like noise. */
const net = (name, channels) => ({
  name,
  options: { channels },
  inputChannels: 1,
  classes,
  multiple: 1,
  bottleneck: { stride: 1, channels },
  taps: { hidden: { stride: 1, channels } },
  build: (scope) =>
    scope.module("", (make) => {
      const [a, b] = [make.variable("a", [3, 3, 1, channels], { normal: 0.3 }), make.variable("b", [1, 1, channels, classes], { normal: 0.3 })]; // prettier-ignore
      const running = make.state("running", [channels], "zeros");
      return {
        encode: (images, pass) => {
          const hidden = conv2d(images, a, 1, "same");
          const centre = pass.mode === "train" ? moments(hidden, [0, 1, 2]).mean : running.value;
          running.move(add(mul(running.value, 0.9), mul(centre, 0.1)), pass);
          const noisy = pass.mode === "train" ? add(sub(hidden, centre), mul(pass.noise.normal("drop", [height, width, channels]), 0.1)) : sub(hidden, centre); // prettier-ignore
          return { bottleneck: noisy, skips: [], taps: { hidden: noisy } };
        },
        decode: ({ bottleneck }) => ({ logits: conv2d(bottleneck, b, 1, "same"), taps: {} }),
      };
    }),
});

const views = { count: 2, transforms: [flips(), noise({ from: 0.05, to: 0.1 })] };
const gan = wassersteinGp();
const supervised = {
  name: "fit",
  options: {},
  wants: { student: [] },
  build: () => ({ terms: [{ name: "square", loss: (step) => meanOver(squaredDifference(step.net.student.logits, mul(step.labels, 2)), step.valid, step.labelled) }] }), // prettier-ignore
};
/** What the second stage takes from the first: a factor that is trained there. */
const factor = service("factor");
const fitsFactor = {
  name: "factor",
  options: {},
  wants: { student: [] },
  provides: [factor],
  build: ({ scope }) => {
    const m = scope.module("m", (make) => ({ w: make.variable("w", [], "ones") }));
    const loss = (step) => meanOver(squaredDifference(mul(step.net.student.logits, m.w), mul(step.labels, 3)), step.valid, step.labelled);
    return { trains: [m], terms: [{ name: "square", loss }], provides: [offer(factor, m)] };
  },
};
/** A critic with spectral norm and two rounds, views, a mean of every epoch, a gate, a service. */
const rich = {
  name: "rich",
  options: {},
  wants: { student: [], teacher: [] },
  uses: [factor],
  build: ({ scope, use }) => {
    const { w } = use(factor);
    const d = scope.module("d", (make) => {
      const kernel = spectralNorm(make, "conv", make.variable("conv", [3, 3, classes, 3], { normal: 0.5 }));
      return { scorer: (pass) => { const w = kernel(pass); return (z) => mean(conv2d(z, w, 1, "same"), 3, true); } }; // prettier-ignore
    });
    const k = scope.module("k", (make) => ({ centre: make.state("centre", [classes], "zeros") }));
    return {
      terms: [
        { name: "fool", weight: warmUp({ steps: 6 }, 0.05), loss: (step) => gan.student(d.scorer(step.pass(d))(step.net.student.logits)) },
        { name: "centre", loss: (step) => meanOver(square(sub(mul(mean(step.net.student.logits, [1, 2]), w), k.centre.value))) },
        { name: "views", weight: during({ epochs: [2] }), loss: (step) => meanOver(squaredDifference(step.view(views, 1).net.student.logits, step.view(views, 2).net.teacher.logits)) }, // prettier-ignore
      ],
      adversaries: [
        {
          name: "d",
          module: d,
          steps: 2,
          optimiser: adam({ rate: poly(1e-2), betas: [0.5, 0.9] }),
          loss: (step) => gan.opponent({ score: d.scorer(step.pass(d)), real: step.net.teacher.logits, fake: step.net.student.logits, noise: step.noise }), // prettier-ignore
        },
      ],
      collect: [
        {
          into: k.centre,
          when: "epoch",
          of: (step) => ({ sum: mean(step.net.student.logits, [1, 2]), count: reshape(mean(step.valid, [1, 2]), [-1]) }),
        },
      ],
      gates: [{ name: "alive", measure: (step) => meanOver(square(step.net.student.logits)), accept: (x) => x > 0, otherwise: "stop" }],
    };
  },
};

await startEngine({ threads: 1 });
const [path, pauseMs = "12"] = process.argv.slice(2);
const folder = await openRunFolder(path, { config: { everything: true }, text: "everything: true\n", split: {} });
const teacher = stage({ name: "teacher", nets: { student: learns(net("big", 5)) }, methods: [supervised, fitsFactor], optimiser: sgd({ rate: 0.02, momentum: 0.9, nesterov: true }), steps: 30, data: data(Number(pauseMs)), nonFinite: { skip: 5 } }); // prettier-ignore
const goal = stage({
  name: "distillation",
  nets: { student: learns(net("small", 3)), teacher: frozen(from(teacher, "student")) },
  methods: [supervised, weigh(rampUp({ epochs: 4 }), rich)],
  optimiser: clip({ norm: 2 }, adamW({ rate: warmUp({ steps: 10 }, cosine(5e-3)), decay: 1e-2 })),
  steps: 240,
  data: data(Number(pauseMs)),
  accumulate: 2,
  average: 0.95,
  balance: uncertainty(),
  nonFinite: { skip: 5 },
  held: data(0),
  validation: {
    every: 5,
    measure: { far: (step) => meanOver(squaredDifference(step.net.student.logits, mul(step.labels, 2)), step.valid, step.labelled) },
    describe: { far: 1 },
    choose: { by: "far", better: "lower", keep: "best" },
  },
});
const store = folderStore(folder);
try {
  const told = { ...store, step: (...args) => { store.step(...args); process.stdout.write("."); } }; // prettier-ignore
  (await train([goal], { seed: 5, store: told, checkpointSeconds: 0.05 })).dispose();
} finally {
  folder.close();
}
