/**
 * Data of one batch that never changes, held in memory: uniform noise with random labels from a small generator of our own, every pixel valid.
 * The values do not matter for the time of a step, and no loading takes part.
 */
export function noise({ batch, height, width, classes }) {
  const pixels = batch * height * width;
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const one = {
    images: Float32Array.from({ length: pixels }, next),
    labels: Uint8Array.from({ length: pixels }, () => Math.floor(next() * classes)),
    valid: new Uint8Array(pixels).fill(1),
    labelled: new Uint8Array(batch).fill(1),
    cases: Array.from({ length: batch }, (_, i) => `noise-${i}`),
    occurrences: Array.from({ length: batch }, () => 0),
  };
  const batchesPerEpoch = 1e6; // no epoch ends while steps are measured
  return {
    ...held({ height, width, channels: 1, classes }, [one]),
    batchesPerEpoch,
    async *epoch(_, __, first = 0) {
      for (let i = first; i < batchesPerEpoch; i++) yield one;
    },
  };
}

/** Batches that are there already, as data of an epoch. */
export const held = (picture, batches) => ({
  picture,
  fingerprint: "bench",
  batchSize: batches[0].cases.length,
  batchesPerEpoch: batches.length,
  async *epoch(_, __, first = 0) {
    yield* batches.slice(first);
  },
});
