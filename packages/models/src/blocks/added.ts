import { add, type Tensor4D } from "@tensorflow/tfjs-core";
import { shortcutDoesNotFit } from "../errors.js";
import { layer, type Layer } from "./layer.js";

/**
 * then(path(x) + shortcut(x)), `[B, h, w, in]` → `[B, h · scale, w · scale, out]`. Variables of the path stand below the name itself, the others' below
 * `shortcut` and `act`. Without a shortcut x itself is added; without `then` that is all.
 *
 * @throws `models-shortcut-does-not-fit` where path and shortcut give other channels or sizes.
 * @example added({ path: convNorm(conv({ in: 64, out: 64, size: 3 }), "linear"), then: activation("relu", 64) })
 */
export function added({ path, shortcut, then }: { readonly path: Layer; readonly shortcut?: Layer; readonly then?: Layer }): Layer {
  const { channels, scale } = path;
  const beside = shortcut ? { channels: shortcut.channels.out, scale: shortcut.scale } : { channels: channels.in, scale: 1 };
  if (beside.channels !== channels.out || beside.scale !== scale)
    throw shortcutDoesNotFit(shortcut !== undefined, beside, { channels: channels.out, scale });
  const parts = [path, ...(shortcut ? [shortcut] : [])];
  return {
    channels,
    scale,
    parameters: parts.reduce((sum, { parameters }) => sum + parameters, then?.parameters ?? 0),
    macs: parts.reduce((sum, { macs }) => sum + macs, 0),
    ...(parts.some(({ pooledMacs }) => pooledMacs) && {
      pooledMacs: (height, width) => parts.reduce((sum, { pooledMacs }) => sum + (pooledMacs?.(height, width) ?? 0), 0),
    }),
    build: (make, name) => {
      const [long, short] = [path.build(make, name), shortcut && layer(shortcut).build(make, `${name}/shortcut`)];
      const act = then && layer(then).build(make, `${name}/act`);
      return (x, pass) => {
        const y: Tensor4D = add(long(x, pass), short ? short(x, pass) : x);
        return act ? act(y, pass) : y;
      };
    },
  };
}
