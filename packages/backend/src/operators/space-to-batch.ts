import { positions, type Frame, type Pair } from "./padding.js";

/**
 * How a map is cut into the phases of a grid, each an image of its own, over which a dilated convolution goes without dilation, at stride 1 and without
 * padding; and how what it makes of them is put together: the arguments of spaceToBatchND and batchToSpaceND.
 */
export interface Phases {
  readonly blocks: number[];
  readonly paddings: number[][];
  readonly crops: number[][];
}

/** `size` is that of the map, `span` how far the dilated kernel reaches. */
export function phasesOf(size: Pair, span: Pair, dilation: Pair, frame: Frame): Phases {
  const axis = (i: 0 | 1): { readonly padding: number[]; readonly crop: number[] } => {
    const [[before, after], rate] = [frame[i], dilation[i]];
    // what is added to make the sizes divide is cut off again
    const added = (rate - ((before + size[i] + after) % rate)) % rate;
    const rows = (before + size[i] + after + added) / rate - (span[i] - 1) / rate; // of a phase, after the convolution
    return { padding: [before, after + added], crop: [0, rows * rate - positions(size[i], span[i], 1, frame[i])] };
  };
  const both = [axis(0), axis(1)];
  return { blocks: [...dilation], paddings: both.map(({ padding }) => padding), crops: both.map(({ crop }) => crop) };
}
