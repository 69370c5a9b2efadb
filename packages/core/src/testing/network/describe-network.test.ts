import {
  add,
  conv2d,
  conv2dTranspose,
  getBackend,
  keep,
  mean,
  mul,
  randomNormal,
  scalar,
  sub,
  type Tensor,
  type Tensor4D,
  type Variable,
  tensor4d,
} from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import type { Make, Network, NetworkSpec, Pass, State } from "../../contract/index.js";
import { constant } from "../../step/off-tape.js";
import { failures, verdicts } from "../collecting.js";
import { tinyNetwork } from "../tiny-network.js";
import { describeNetwork, type NetworkCheck, type NetworkConformance } from "./describe-network.js";

const checks = [
  "shapes are as declared, at two sizes",
  "sizes that do not fit are refused",
  "names are stable and fit for files",
  "parameters are as many as declared",
  "first values follow from the seed",
  "every network has variables of its own",
  "decode depends on its encoding",
  "state moves only in a pass that may move it",
  "inference draws no noise",
  "inference takes every image by itself",
  "the gradient reaches every variable",
  "no tensor is left behind by a pass",
  "it trains, compiled as eager",
  "every backend agrees",
] as const;
const [shapes, sizes, names, parameters, first, own, decodes, state, noise, alone, gradient, leaks, trains, backends] = checks;

interface Changes extends Partial<Omit<NetworkSpec<string>, "taps">> {
  readonly kernel?: Parameters<Make["variable"]>[2];
  readonly key?: string;
  /** More variables; what it gives is added to the logits. */
  readonly more?: (make: Make) => (x: Tensor4D) => Tensor4D;
  /** What stands for the mean of the map. */
  readonly centre?: (now: Tensor, running: State, pass: Pass) => Tensor;
  readonly noisy?: (pass: Pass) => boolean;
  readonly drawn?: (pass: Pass) => Tensor;
  readonly taps?: (map: Tensor4D) => Record<string, Tensor4D>;
  readonly around?: (network: Network<string>) => Partial<Network<string>>;
}

/** A norm by channel means with a running one: the batch's own and moving in training, the running one in inference. */
function centred(now: Tensor, running: State, pass: Pass): Tensor {
  if (pass.mode === "inference") return running.value;
  running.move(add(mul(running.value, 0.9), mul(now, 0.1)), pass);
  return now;
}

/** Images to a map of half their size, centred, multiplied by noise in training; logits by a transposed convolution. */
function net(changes: Changes = {}): NetworkSpec<string> {
  const { kernel: initial = { uniform: 1 }, key = "down/kernel", more, centre = centred, noisy = ({ mode }) => mode === "train", around, taps, ...spec } = changes; // prettier-ignore
  const drawn = changes.drawn ?? (({ noise: from }: Pass): Tensor => from.uniform("drop", [1, 1, 4]));
  return {
    name: "net",
    options: {},
    inputChannels: 1,
    classes: 3,
    multiple: 2,
    bottleneck: { stride: 2, channels: 4 },
    taps: { "map/2": { stride: 2, channels: 4 } },
    build: (scope) => {
      const network = scope.module("", (make) => {
        const down = make.variable(key, [2, 2, 1, 4], initial) as Tensor as Tensor4D;
        const up = make.variable("up/kernel", [2, 2, 3, 4], { uniform: 1 }) as Tensor as Tensor4D;
        const running = make.state("down/mean", [4], "zeros");
        const extra = more?.(make);
        const built: Pick<Network<string>, "encode" | "decode"> = {
          encode: (images, pass) => {
            const map: Tensor4D = conv2d(images, down, 2, "valid");
            const even: Tensor4D = sub(map, centre(mean(map, [0, 1, 2]), running, pass));
            const bottleneck: Tensor4D = noisy(pass) ? mul(even, add(drawn(pass), 0.5)) : even;
            return { bottleneck, skips: [images], taps: taps?.(map) ?? { "map/2": map } };
          },
          decode: ({ bottleneck }) => {
            const [n, h, w] = bottleneck.shape;
            const logits: Tensor4D = conv2dTranspose(bottleneck, up, [n, 2 * h, 2 * w, 3], 2, "valid");
            return { logits: extra ? add(logits, extra(logits)) : logits, taps: {} };
          },
        };
        return built;
      });
      return around ? Object.assign(network, around({ ...network })) : network;
    },
    ...spec,
  };
}

test.each<[string, () => NetworkSpec<string>, NetworkConformance?]>([
  ["running averages and noise", () => net(), { parameters: 64 }],
  [
    "the kit's own tiny network",
    () =>
      tinyNetwork({
        name: "tiny",
        inputChannels: 2,
        classes: 3,
        taps: { "encoder/2": 4, "decoder/8": 5, map: 3 },
        bottleneck: { stride: 4, channels: 6 },
      }),
  ],
])("an honest network passes: %s", async (_, make, options) => {
  const found = await verdicts((runner) => describeNetwork(runner, "honest", make, options));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(checks.map((name) => [name, null])));
});

let made = 0;
const cached: { network?: Network<string> } = {};
const written = ({ centre }: { readonly centre: (pass: Pass) => boolean }): NetworkSpec<string> =>
  net({
    centre: (now, running, pass) => {
      if (centre(pass)) (running.value as Variable).assign(add(running.value, 1));
      return pass.mode === "inference" ? running.value : now;
    },
  });

interface Broken {
  readonly what: string;
  readonly make: () => NetworkSpec<string>;
  readonly with?: NetworkConformance;
  readonly check: NetworkCheck;
  /** The beginning of the message, or all of it. */
  readonly says: string;
  readonly others?: readonly NetworkCheck[];
}
const broken: readonly Broken[] = [
  {
    what: "a tap of other channels than declared",
    make: () => net({ taps: (map) => ({ "map/2": map.shape[3] === 4 ? mean(map, 3, true) : map }) }),
    check: shapes,
    says: '[n] expected tap "map/2" of shape [2, 1, 2, 4] for images of 2 × 4; found [2, 1, 2, 1]. Let the spec say what is returned: stride, channels, classes.',
  },
  {
    what: "a bottleneck of other channels than declared",
    make: () => net({ bottleneck: { stride: 2, channels: 5 } }),
    check: shapes,
    says: "[n] expected the bottleneck of shape [2, 1, 2, 5] for images of 2 × 4; found [2, 1, 2, 4]. Let the spec say what is returned: stride, channels, classes.",
  },
  {
    what: "logits of half the size",
    make: () =>
      net({
        around: ({ decode }) => ({
          decode: (e, pass) => ({ ...decode(e, pass), logits: conv2d(decode(e, pass).logits, eye(), 2, "valid") }),
        }),
      }),
    check: shapes,
    says: "[n] expected logits of shape [2, 2, 4, 3] for images of 2 × 4; found [2, 1, 2, 3]. Let the spec say what is returned: stride, channels, classes.",
    others: [gradient, trains], // nothing can be made of such logits
  },
  {
    what: "a declared tap that is not returned",
    make: () => net({ taps: () => ({}) }),
    check: shapes,
    says: '[n] expected tap "map/2", which the spec declares, from encode or decode; found none. Return it, or take it out of taps.',
  },
  {
    what: "a tap that is returned and not declared",
    make: () => net({ taps: (map) => ({ "map/2": map, "more/2": map }) }),
    check: shapes,
    says: '[n] expected only declared taps (map/2); found "more/2". Declare it in taps with stride and channels.',
  },
  {
    what: "a multiple that a stride does not divide",
    make: () => net({ multiple: 3 }),
    check: sizes,
    says: "[n] expected a multiple that every stride divides; found multiple 3, and stride 2 of the bottleneck. Let multiple be the largest stride, or the least common multiple of all.",
  },
  {
    what: "a multiple of a half",
    make: () => net({ multiple: 0.5 }),
    check: sizes,
    says: "[n] expected a multiple that every stride divides; found multiple 0.5, and stride 2 of the bottleneck. Let multiple be the largest stride, or the least common multiple of all.",
  },
  {
    what: "names that count",
    make: () => net({ key: `down/${made++}/kernel` }),
    check: names,
    says: "[n] expected the same variables whenever it is built; found down/5/kernel, then down/6/kernel. Make names of the place in the network, never of counters.",
    others: [gradient, trains, backends], // which look for variables by name
  },
  {
    what: "a name with an empty part",
    make: () => net({ key: "down//kernel" }),
    check: names,
    says: '[n] expected names of variables and state that are paths of letters, digits, ".", "_" and "-"; found "down//kernel". Names are keys of weight files: encoder/1/conv/kernel.',
  },
  {
    what: "a name that leads out",
    make: () => net({ key: "../kernel" }),
    check: names,
    says: '[n] expected names of variables and state that are paths of letters, digits, ".", "_" and "-"; found "../kernel". Names are keys of weight files: encoder/1/conv/kernel.',
  },
  {
    what: "a date among the options",
    make: () => net({ options: { on: new Date(0) as never } }),
    check: names,
    says: '[n] expected options that are plain data; found {"on":"1970-01-01T00:00:00.000Z"}. Write down what it was made from, defaults filled in; leave out what is undefined.',
    others: [trains], // core refuses to hash them
  },
  {
    what: "another count than declared",
    make: () => net(),
    with: { parameters: 63 },
    check: parameters,
    says: "[n] expected 63 parameters, as declared; found 64. Count every variable once.",
  },
  {
    what: "another count than the spec's own",
    make: () => ({ ...net(), parameters: 65 }) as NetworkSpec<string>,
    check: parameters,
    says: "[n] expected 65 parameters, as declared; found 64. Count every variable once.",
  },
  {
    what: "no variable at all",
    make: () => ({
      ...net({ taps: () => ({}) }),
      bottleneck: { stride: 1, channels: 1 },
      multiple: 1,
      classes: 1,
      taps: {},
      build: (scope) =>
        scope.module("", () => ({
          encode: (images: Tensor4D) => ({ bottleneck: images, skips: [], taps: {} }),
          decode: ({ bottleneck }: { bottleneck: Tensor4D }) => ({ logits: bottleneck, taps: {} }),
        })),
    }),
    check: parameters,
    says: "[n] expected variables that can be trained; found none. Make them with make.variable in scope.module.",
    others: [first, trains],
  },
  {
    what: "first values that it draws itself",
    make: () => net({ kernel: { uniform: 1 + (made++ % 3) } }),
    check: first,
    says: '[n] expected the same first values of "down/kernel" for the same seed; found others. Say how they are drawn (normal, uniform), and draw nothing yourself.',
    others: [trains, backends], // their two runs start apart
  },
  {
    what: "the same first values for every seed",
    make: () => {
      const honest = net();
      const ones = (make: Make): Make => ({ ...make, variable: (key, shape) => make.variable(key, shape, "ones") });
      return { ...honest, build: (scope) => honest.build({ module: (at, build) => scope.module(at, (make) => build(ones(make))) }) };
    },
    check: first,
    says: "[n] expected other first values for another seed; found the same. Start at least one variable from normal or uniform.",
  },
  {
    what: "one network for all that is built of a spec",
    make: () => {
      const honest = net();
      delete cached.network;
      return { ...honest, build: (scope) => (cached.network ??= honest.build(scope)) };
    },
    check: own,
    says: '[n] expected variables of its own in every network that is built; found "down/kernel" in two. Make variables inside build, and keep no network outside it.',
  },
  {
    what: "a bottleneck that decode remembers",
    make: () =>
      net({
        around: ({ encode, decode }) => {
          let held: Tensor4D | undefined;
          return {
            encode: (images, pass) => {
              const out = encode(images, pass);
              held = out.bottleneck;
              return out;
            },
            decode: (e, pass) => decode({ ...e, bottleneck: held! }, pass),
          };
        },
      }),
    check: decodes,
    says: "[n] expected the same logits for the same encoding; found others. Let decode depend on nothing but its encoding and its pass.",
  },
  {
    what: "a bottleneck that decode does not read",
    make: () =>
      net({
        around: ({ decode }) => ({
          decode: (e, pass) => {
            const [n, h, w] = e.bottleneck.shape;
            const same = conv2d(e.skips[0]!, eye4(), 2, "valid");
            return decode({ ...e, bottleneck: same.shape.join() === [n, h, w, 4].join() ? same : e.bottleneck }, pass);
          },
        }),
      }),
    check: decodes,
    says: "[n] expected other logits where the bottleneck is replaced; found the same. Let decode read encoding.bottleneck, and nothing that encode left elsewhere.",
    others: [gradient], // nothing reaches the way to the bottleneck
  },
  {
    what: "state that moves in inference",
    make: () => written({ centre: ({ mode, statistics }) => statistics === "move" || mode === "inference" }),
    check: state,
    says: '[n] expected "down/mean" to keep its bytes in a pass of inference with statistics still; found others. Write state only through State.move, and only while training.',
    others: [alone], // it answers otherwise every time
  },
  {
    what: "state that moves by State.move in inference",
    make: () =>
      net({
        centre: (now, running, pass) => {
          running.move(now, pass);
          return pass.mode === "inference" ? running.value : now;
        },
      }),
    check: state,
    says: '[n] expected "down/mean" to keep its bytes in a pass of inference with statistics move; found others. Write state only through State.move, and only while training.',
  },
  {
    what: "state that is written past its move",
    make: () => written({ centre: ({ mode }) => mode === "train" }),
    check: state,
    says: '[n] expected "down/mean" to keep its bytes in a pass of train with statistics still; found others. Write state only through State.move, and only while training.',
  },
  {
    what: "state that never moves",
    make: () => net({ centre: (now, running, { mode }) => (mode === "inference" ? running.value : now) }),
    check: state,
    says: "[n] expected state (down/mean) to move in a training pass that may move it; found the same bytes. Move it with State.move(next, pass), or make it no state.",
  },
  {
    what: "noise in inference",
    make: () => net({ noisy: () => true }),
    check: noise,
    says: '[n] expected no noise drawn in inference; found a draw. Leave dropout out where pass.mode is "inference".',
  },
  {
    what: "batch statistics in inference",
    make: () =>
      net({
        centre: (now, running, pass) => {
          centred(now, running, pass);
          return now;
        },
      }),
    check: alone,
    says: "[n] expected the logits of an image in inference to depend on no other image, ",
  },
  {
    what: "logits that are no numbers in inference",
    make: () =>
      net({
        centre: (now, running, pass) => (pass.mode === "inference" ? mul(centred(now, running, pass), NaN) : centred(now, running, pass)),
      }),
    check: alone,
    says: "[n] expected finite the logits in inference; found NaN or infinity. Look at first values and divisions.",
    others: [decodes, backends], // NaN is NaN, whatever the bottleneck
  },
  {
    what: "a variable that is not used",
    make: () =>
      net({
        more: (make) => {
          make.variable("idle", [2], "ones");
          return (x) => mul(x, 0);
        },
      }),
    check: gradient,
    says: '[n] expected a gradient of the logits in variable "idle"; found none. Use it on the way to the logits, or make it state.',
  },
  {
    what: "a variable behind a stopped gradient",
    make: () =>
      net({
        more: (make) => {
          const shift = make.variable("shift", [3], { uniform: 1 });
          return (x) => constant(add(mul(x, 0), shift as Tensor));
        },
      }),
    check: gradient,
    says: '[n] expected a gradient of the logits in variable "shift"; found none. Use it on the way to the logits, or make it state.',
  },
  {
    what: "a tensor that is kept",
    make: () => net({ more: () => (x) => (keep(scalar(1)), mul(x, 0)) }),
    check: leaks,
    says: "[n] expected no tensor left behind by a pass; found 3. Make tensors inside encode and decode, and keep none.",
  },
  {
    what: "a number of JavaScript that changes from pass to pass",
    make: () => {
      let calls = 0;
      return net({ more: () => (x) => mul(x, calls++) });
    },
    check: trains,
    says: "[n] expected its loss compiled as eager, ",
    others: [decodes, alone],
  },
  {
    what: "random numbers of its own",
    make: () => net({ drawn: () => randomNormal([1, 1, 1, 4], 0, 1, "float32", made++) }),
    check: trains,
    says: "[backend] tf.randomNormal was called inside a step at ", // the engine refuses it before the numbers differ
  },
  {
    what: "another meaning on another backend",
    make: () => net({ more: () => (x) => mul(x, getBackend() === "cpu" ? 0.001 : 0) }),
    check: backends,
    says: "[n] expected the logits in inference on tfjs's cpu backend as on TensorFlow, ",
  },
];
/** Some kernel, the same whenever it is asked for. */
const kernel = (...shape: [number, number, number, number]): Tensor4D =>
  tensor4d(
    Array.from({ length: shape.reduce((all, side) => all * side, 1) }, (_, i) => Math.sin(3 * i + 1)),
    shape,
  );
const eye = (): Tensor4D => kernel(2, 2, 3, 3);
const eye4 = (): Tensor4D => kernel(2, 2, 1, 4);

test.each(broken)("$what: told by one check, and by a stated set of others", async ({ make, check, says, others = [], ...more }) => {
  made = 0;
  const found = await failures((runner) => describeNetwork(runner, "n", make, more.with));
  expect(Object.keys(found).sort(), JSON.stringify(found, null, 2)).toEqual([...new Set([check, ...others])].sort());
  expect(found[check]!.slice(0, says.length)).toBe(says);
});

test("every check has something broken that it tells", () => {
  expect([...new Set(broken.map(({ check }) => check))].sort()).toEqual([...checks].sort());
});
