/** An error that the user's input caused: name "SegDistillError", a stable code, exit code 2. */
const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

/** Something that lies on a grid: a tap with its stride. */
export interface Strided {
  readonly tap: string;
  readonly stride: number;
}

export const otherSize = (method: string, student: Strided, teacher: Strided): Error =>
  userError(
    "classics/other-size",
    `[${method}] student tap "${student.tap}" has 1/${student.stride} of the picture's size, teacher tap "${teacher.tap}" 1/${teacher.stride}. ` +
      "Expected the same size, since positions are compared one by one. Take taps of one size.",
  );

export const unevenRatio = (encoder: readonly number[], decoder: readonly number[]): Error =>
  userError(
    "classics/fsp-sizes",
    `[fsp] maps are ${encoder.join(" × ")} and ${decoder.join(" × ")} positions. Expected one to be a whole number of times the other, as often in height ` +
      "as in width, so that the larger can be pooled. Take another layer pair.",
  );

export const tooFewPositions = (height: number, width: number): Error =>
  userError(
    "classics/skd-map",
    `[structured-knowledge] a map of ${height} × ${width} positions has no half to pool over. Expected 2 × 2 or more. Take larger patches (sample.patch), a larger map, or give kernel a number.`,
  );

export const pictureTooSmall = (method: string, height: number, width: number): Error =>
  userError(
    "classics/picture-too-small",
    `[${method}] pictures are ${height} × ${width} pixels, and the discriminator needs 32 × 32. Take larger patches (sample.patch), or leave it out: adversarial: false.`,
  );
