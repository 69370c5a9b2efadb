/** An error that the user's input caused: name "SegDistillError", a stable code, exit code 2. */
const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

interface Layer {
  readonly tap: string;
  readonly stride: number;
  readonly channels: number;
}

export const noPairs = (): Error =>
  userError(
    "lightvessel/no-pairs",
    "[feature-similarity] pairs is empty. Expected one layer pair or more. Leave pairs out for the one at a quarter of the picture's size.",
  );

export const otherSize = (whose: string, encoder: Layer, decoder: Layer): Error =>
  userError(
    "lightvessel/other-size",
    `[feature-similarity] the ${whose}'s tap "${encoder.tap}" is 1/${encoder.stride} of the picture's size, "${decoder.tap}" 1/${decoder.stride}. ` +
      "Expected one size: they are compared position by position. Take taps of one size for the pair.",
  );

export const otherChannels = (whose: string, encoder: Layer, decoder: Layer, similarity: string): Error =>
  userError(
    "lightvessel/other-channels",
    `[feature-similarity] the ${whose}'s tap "${encoder.tap}" has ${encoder.channels} channels, "${decoder.tap}" ${decoder.channels}. ` +
      `Expected as many: similarity "${similarity}" multiplies one by the other. Take taps of as many channels for the pair, or similarity "self-affinity".`,
  );

export const pictureTooSmall = (height: number, width: number): Error =>
  userError(
    "lightvessel/picture-too-small",
    `[adversarial-similarity] pictures are ${height} × ${width} pixels, and the discriminator needs 32 × 32. Take larger patches (sample.patch), or leave the method out.`,
  );
