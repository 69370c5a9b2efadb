import { concat } from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import { conv, convNorm, maxPool, sequence, transposedConv } from "@segdistill/models/blocks";

/** U-Net without its lowest level: four levels, the bottleneck 8 times the width at 1/8. What the aim of `step` was set by. */
export function fourLevels({ width, classes }) {
  const block = (from, out) => convNorm(conv({ in: from, out, size: 3 }), "relu");
  const stage = (from, out) => [["first", block(from, out)], ["second", block(out, out)]]; // prettier-ignore
  const down = (from) => sequence([["pool", maxPool(from)], ...stage(from, 2 * from)]);
  const widths = [1, 2, 4].map((factor) => width * factor);
  const parts = {
    "encoder/1": sequence(stage(1, width)),
    "encoder/2": down(width),
    "encoder/4": down(2 * width),
    bottleneck: down(4 * width),
    ...Object.fromEntries(widths.flatMap((channels, i) => [
      [`decoder/${2 ** i}/up`, transposedConv({ in: 2 * channels, out: channels, size: 2 })],
      [`decoder/${2 ** i}/fuse`, sequence(stage(2 * channels, channels))],
    ])), // prettier-ignore
    head: conv({ in: width, out: classes, size: 1, bias: true }),
  };
  const parameters = Object.values(parts).reduce((sum, part) => sum + part.parameters, 0);
  return {
    name: "u-net-of-four-levels",
    options: { width },
    inputChannels: 1,
    classes,
    multiple: 8,
    bottleneck: { stride: 8, channels: 8 * width },
    taps: {},
    parameters,
    build: (scope) =>
      scope.module("", (make) => {
        const run = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.build(make, name)]));
        return {
          encode: (images, pass) => {
            const skips = [];
            let x = images;
            for (const stride of [1, 2, 4]) skips.push((x = run[`encoder/${stride}`](x, pass)));
            return { bottleneck: run.bottleneck(x, pass), skips, taps: {} };
          },
          decode: ({ bottleneck, skips }, pass) => {
            let x = bottleneck;
            for (const i of [2, 1, 0]) x = run[`decoder/${2 ** i}/fuse`](concat([skips[i], run[`decoder/${2 ** i}/up`](x, pass)], 3), pass);
            return { logits: float32Barrier(run.head(x, pass)), taps: {} };
          },
        };
      }),
  };
}
