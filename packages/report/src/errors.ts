const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

/** A mask of another size than the truth it is compared with. */
export const otherMaskSize = (what: string, found: readonly [number, number], expected: readonly [number, number]): Error =>
  userError(
    "report-mask-size",
    `[report] ${what} has ${found[0]} × ${found[1]} pixels, its truth has ${expected[0]} × ${expected[1]}. Expected the same grid. Bring both to one size first.`,
  );

/** A mask whose array does not fit its size. */
export const otherMaskLength = (what: string, found: number, height: number, width: number): Error =>
  userError(
    "report-mask-length",
    `[report] ${what} holds ${found} numbers. Expected ${height} × ${width} = ${height * width}, one a pixel. Give the mask with its own height and width.`,
  );

/** A picture that a self-contained page cannot hold. */
export const notADataUrl = (id: string, found: string): Error =>
  userError(
    "report-picture",
    `[report] the picture of case "${id}" begins with "${found.slice(0, 24)}". Expected a data URL (data:image/png, jpeg or webp; base64): the page loads nothing from outside. Encode the picture first.`,
  );

/** A limit that leaves no curve. */
export const tooFewPoints = (found: number): Error =>
  userError("report-thin", `[report] a curve was to be thinned to ${found} points. Expected a whole number from 2 on, such as 160.`);
