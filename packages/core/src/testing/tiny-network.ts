import { add, concat, conv2d, conv2dTranspose, mean, mul, sigmoid, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import type { MapShape, NetworkSpec } from "../contract/index.js";

/** What the kit's own networks are told. */
export interface TinyOptions {
  readonly name: string;
  readonly inputChannels: number;
  readonly classes: number;
  /** Channels by tap; the number at a tap's end is its stride, 2 if there is none. Names that begin with "decoder" are made on the way up. */
  readonly taps: Readonly<Record<string, number>>;
  readonly bottleneck: MapShape;
}

const strideOf = (tap: string): number => Number(/(\d+)$/.exec(tap)?.[1] ?? 2);
const swish = <T extends Tensor>(x: T): T => mul(x, sigmoid(x));

/**
 * The smallest network with taps, a bottleneck, a skip, and state: smooth everywhere, so that differences agree with gradients; no batch norm and no
 * dropout, so that images of a batch do not touch.
 */
export function tinyNetwork({ name, inputChannels, classes, taps, bottleneck }: TinyOptions): NetworkSpec<string> {
  const shapes = Object.fromEntries(Object.entries(taps).map(([tap, channels]) => [tap, { stride: strideOf(tap), channels }]));
  const up = (tap: string): boolean => tap.startsWith("decoder");
  return {
    name,
    options: { taps, bottleneck: { ...bottleneck } },
    inputChannels,
    classes,
    multiple: [bottleneck, ...Object.values(shapes)].reduce((all, { stride }) => leastCommon(all, stride), 1),
    bottleneck,
    taps: shapes,
    build: (scope) =>
      scope.module("", (make) => {
        const variable = (at: string, shape: number[], bound: number): Tensor => make.variable(at, shape, { uniform: bound });
        /** A map of stride s from one of another stride, down or up. */
        const map = (at: string, from: MapShape, to: MapShape): ((x: Tensor4D) => Tensor4D) => {
          const down = to.stride > from.stride;
          const size = down ? to.stride / from.stride : from.stride / to.stride;
          const [a, b] = down ? [from.channels, to.channels] : [to.channels, from.channels];
          const kernel = variable(`${at}/kernel`, [size, size, a, b], Math.sqrt(3 / from.channels) / (down ? size : 1)) as Tensor4D;
          const bias = variable(`${at}/bias`, [to.channels], 0.5);
          return (x) => {
            const [n, h, w] = x.shape;
            const y = down
              ? conv2d(x, kernel, size, "valid")
              : conv2dTranspose(x, kernel, [n, h * size, w * size, to.channels], size, "valid");
            return add(y, bias);
          };
        };
        const image: MapShape = { stride: 1, channels: inputChannels };
        const ways = Object.entries(shapes).map(([tap, shape]) => {
          const run = map(`tap/${tap}`, up(tap) ? bottleneck : image, shape);
          return [tap, (x: Tensor4D) => swish(run(x))] as const;
        });
        const descend = map("bottleneck", image, bottleneck);
        const ascend = [["", bottleneck] as const, ...Object.entries(shapes)].map(([tap, shape]) => [tap, map(`up/${tap || "bottleneck"}`, shape, { stride: 1, channels: 2 })] as const); // prettier-ignore
        const wide = inputChannels + 2 * ascend.length;
        const head = {
          kernel: variable("head/kernel", [1, 1, wide, classes], 1) as Tensor4D,
          bias: variable("head/bias", [classes], 0.5),
        };
        const seen = make.state("seen", [inputChannels], "zeros");
        const tapped = (x: Tensor4D, wanted: boolean): Readonly<Record<string, Tensor4D>> =>
          Object.fromEntries(ways.filter(([tap]) => up(tap) === wanted).map(([tap, run]) => [tap, run(x)]));
        return {
          encode: (images, pass) => {
            if (pass.mode === "train" && pass.statistics === "move") seen.move(mean(images, [0, 1, 2]), pass);
            const taps = tapped(images, false);
            return { bottleneck: swish(descend(images)), skips: [images, ...Object.values(taps)], taps };
          },
          decode: ({ bottleneck: x, skips: [images, ...below] }) => {
            const taps = tapped(x, true);
            const early = ways.filter(([tap]) => !up(tap)).map(([tap]) => tap);
            const maps: Readonly<Record<string, Tensor4D>> = {
              "": x,
              ...taps,
              ...Object.fromEntries(early.map((tap, i) => [tap, below[i]!])),
            };
            const whole: Tensor4D = concat([images!, ...ascend.map(([tap, run]) => swish(run(maps[tap]!)))], 3);
            return { logits: add(conv2d(whole, head.kernel, 1, "same"), head.bias), taps };
          },
        };
      }),
  };
}

/** Least common multiple. */
export function leastCommon(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
