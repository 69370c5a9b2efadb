/** An error that the user's input caused: name "SegDistillError", a stable code, exit code 2. */
const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

export const patchTooLarge = (patch: number, height: number, width: number): Error =>
  userError(
    "graphflow/patch-too-large",
    `[graph-flow] a map of ${height} × ${width} positions is smaller than the patch of ${patch} × ${patch}, which border "clamp" moves inside. ` +
      `Take a patch of ${largestOdd(Math.min(height, width))} or less, border "zero", or a layer pair of larger maps.`,
  );
const largestOdd = (n: number): number => Math.max(1, n - ((n + 1) % 2));

export const evenPatch = (patch: number): Error =>
  userError(
    "graphflow/patch",
    `[graph-flow] patch is ${patch}. Expected an odd whole number, so that a patch has a middle: 3 or 9 are published.`,
  );

export const pictureTooSmall = (height: number, width: number): Error =>
  userError(
    "graphflow/picture-too-small",
    `[graph-flow] pictures are ${height} × ${width} pixels, and the discriminator needs 64 × 64. Take larger patches (sample.patch), or leave it out: adversarial: false.`,
  );
