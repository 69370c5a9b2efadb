/** An error that the user's input caused: name "SegDistillError", a stable code, exit code 2. */
const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

export const pictureNotDivisible = (height: number, width: number, multiple: number): Error =>
  userError(
    "msan/picture",
    `[msan] pictures are ${height} × ${width} pixels. Expected multiples of ${multiple}, because the semantic autoencoder halves masks three times. Take patches of such a size (sample.patch).`,
  );

export const otherBottleneck = (found: readonly number[], expected: readonly number[]): Error =>
  userError(
    "msan/bottleneck",
    `[msan] a bottleneck of ${found.join(" × ")} (height, width, channels) was given to an alignment network made for ${expected.join(" × ")}. ` +
      "Distil on pictures of the size that the alignment was trained on.",
  );
