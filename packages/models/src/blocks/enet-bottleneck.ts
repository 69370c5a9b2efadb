import { add, pad } from "@tensorflow/tfjs-core";
import { maxPool as pool, maxUnpool } from "@segdistill/backend/ops";
import { added } from "./added.js";
import { convNorm } from "./conv-norm.js";
import { conv, transposedConv, type Convolution } from "./convolutions.js";
import { spatialDropout } from "./dropout.js";
import { layer, sequence, type Climb, type Layer } from "./layer.js";
import { activation, maxPool, type Activation } from "./shapes.js";

/** What all of ENet's bottlenecks are told. */
export interface EnetBottleneckOptions {
  /** PReLU with one slope in the encoder, ReLU in the decoder. */
  readonly act: Activation;
  /** Rate of the dropout of whole channels. */
  readonly dropout: number;
}

/** 1×1 (or what else reduces) – norm – act, the main convolutions, 1×1 – norm – act, dropout. */
function extension(
  reduce: Convolution,
  main: readonly (readonly [string, Convolution])[],
  out: number,
  { act, dropout }: EnetBottleneckOptions,
): Layer {
  return sequence([
    ["reduce", convNorm(reduce, act)],
    ...main.map(([name, convolution]) => [name, convNorm(convolution, act)] as const),
    ["extend", convNorm(conv({ in: reduce.channels.out, out, size: 1 }), act)],
    ["dropout", spatialDropout(out, dropout)],
  ]);
}

/**
 * ENet's bottleneck: act(x + dropout(1×1 – norm – act – main – norm – act – 1×1 – norm – act)), inner width C / 4, convolutions without bias.
 * `[B, h, w, C]` → the same. `main` is a 3×3 convolution, one dilated by a number, or "asymmetric": 5×1 – norm – act – 1×5. Variables `reduce/…`,
 * `main/…` (`rows/…`, `columns/…`), `extend/…`, `act/…`. methods.md 2.5 [inferred]; that the dropout takes whole channels is [inferred] from the paper's "spatial dropout".
 *
 * @example enetBottleneck({ channels: 128, main: { dilated: 4 }, act: "prelu", dropout: 0.1 })
 */
export function enetBottleneck(
  options: EnetBottleneckOptions & { readonly channels: number; readonly main?: "regular" | "asymmetric" | { readonly dilated: number } },
): Layer {
  const { channels, main = "regular", act } = options;
  const inner = { in: channels / 4, out: channels / 4 };
  const middle: [string, Convolution][] =
    main === "asymmetric"
      ? [
          ["rows", conv({ ...inner, size: [5, 1] })],
          ["columns", conv({ ...inner, size: [1, 5] })],
        ]
      : [["main", conv({ ...inner, size: 3, dilation: main === "regular" ? 1 : main.dilated })]];
  const path = extension(conv({ in: channels, out: channels / 4, size: 1 }), middle, channels, options);
  return added({ path, then: activation(act, channels) });
}

/**
 * ENet's bottleneck that halves: act(max-pool of x, zeros after its channels, + extension), whose first convolution is 2×2 with stride 2; inner width
 * in / 4. `[B, h, w, in]` → `[B, h / 2, w / 2, out]`, out ≥ in. Variables as of {@link enetBottleneck}. methods.md 2.5 [inferred].
 */
export function enetDown(options: EnetBottleneckOptions & { readonly in: number; readonly out: number }): Layer {
  const { in: from, out, act } = options;
  const inner = { in: from / 4, out: from / 4 };
  const widened: Layer = {
    channels: { in: from, out },
    scale: 1,
    parameters: 0,
    macs: 0,
    // prettier-ignore
    build: () => (x) => pad(x, [[0, 0], [0, 0], [0, 0], [0, out - from]]),
  };
  return added({
    path: extension(conv({ in: from, out: from / 4, size: 2, stride: 2 }), [["main", conv({ ...inner, size: 3 })]], out, options),
    shortcut: sequence([["pool", maxPool(from)], ["zeros", widened]]), // prettier-ignore
    then: activation(act, out),
  });
}

/**
 * ENet's bottleneck that doubles: act(unpooled(1×1 – norm) + extension), whose middle is a transposed convolution 2×2 with stride 2; inner width in / 4.
 * `[B, h, w, in]` and the skip `[B, 2h, 2w, out]` → `[B, 2h, 2w, out]`. The skip is the map that {@link enetDown} pooled: its maxima say where the unpooled values go,
 * ties to the lowest row-major position; no gradient flows into it. Variables `shortcut/…` and those of {@link enetBottleneck}. methods.md 2.5 [inferred].
 */
export function enetUp(options: EnetBottleneckOptions & { readonly in: number; readonly out: number }): Climb {
  const { in: from, out, act } = options;
  const inner = { in: from / 4, out: from / 4 };
  const path = extension(
    conv({ in: from, out: from / 4, size: 1 }),
    [["main", transposedConv({ ...inner, size: 2, bias: false })]],
    out,
    options,
  );
  const shortcut = convNorm(conv({ in: from, out, size: 1 }), "linear");
  const then = activation(act, out);
  return {
    reads: "skip",
    channels: { in: from, out },
    scale: 2,
    parameters: path.parameters + shortcut.parameters + then.parameters,
    macs: path.macs + shortcut.macs,
    build: (make, name) => {
      const [long, short] = [path.build(make, name), shortcut.build(make, `${name}/shortcut`)];
      const end = layer(then).build(make, `${name}/act`);
      return (x, skip, pass) => {
        const source = skip!;
        const pooled = pool(source, { size: 2 }); // the encoder's own: a compiled step computes it once
        return end(add(long(x, pass), maxUnpool(short(x, pass), { source, pooled, size: 2 })), pass);
      };
    },
  };
}
