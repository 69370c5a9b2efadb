/**
 * Moves dots off each other, across the axis only: each keeps its place along it.
 *
 * places: pixels along the axis, in any order; gap: least distance of two centres in pixels. Gives one offset a dot, in the order given:
 * the smallest of 0, ±step, ±2 step, … up to `room` pixels that overlaps no dot set before it (from left to right); at the edge dots may overlap.
 * Source: our choice.
 */
export const dodge = (places: readonly number[], gap: number, room: number): readonly number[] => {
  const offsets = new Array<number>(places.length).fill(0);
  const set: number[] = [];
  const step = gap / 2;
  for (const i of places.map((_, index) => index).sort((a, b) => places[a]! - places[b]!)) {
    const free = (offset: number): boolean => set.every((j) => Math.hypot(places[i]! - places[j]!, offset - offsets[j]!) >= gap - 1e-9);
    const tries = Array.from({ length: 2 * Math.floor(room / step) + 1 }, (_, k) => (k % 2 === 1 ? -1 : 1) * Math.ceil(k / 2) * step);
    offsets[i] = tries.find(free) ?? tries[i % tries.length]!;
    set.push(i);
  }
  return offsets;
};
