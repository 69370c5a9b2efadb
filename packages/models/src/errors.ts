/** An error that the user's input caused: name "SegDistillError", a stable code, exit code 2. */
const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

/** A number that has to be whole and at least `least`. */
export const notAWholeNumber = (who: string, what: string, found: number, least: number, remedy: string): Error =>
  userError("models-not-a-whole-number", `[${who}] ${what} is ${found}. Expected a whole number, ${least} or more. ${remedy}`);

/** A word that is none of those which exist. */
export const notAChoice = (who: string, what: string, found: unknown, choices: readonly string[]): Error =>
  userError(
    "models-not-a-choice",
    `[${who}] ${what} is ${JSON.stringify(found)}. Expected one of: ${choices.join(", ")}. Choose one of them.`,
  );

/** A published tensor that has nothing to do with the variable it is said to be. */
export const publishedDoesNotFit = (theirs: string, found: readonly number[], ours: string, expected: readonly number[]): Error =>
  userError(
    "models-published-does-not-fit",
    `[published weights] "${theirs}" has shape [${found.join(", ")}], which cannot become [${expected.join(", ")}] of "${ours}". Take the weights that fit size and norm of the network.`,
  );

/** A picture whose sides the network cannot halve often enough. */
export const sizeNotAMultiple = (network: string, height: number, width: number, multiple: number): Error => {
  const next = (side: number): number => Math.max(1, Math.ceil(side / multiple)) * multiple;
  return userError(
    "models-size-not-a-multiple",
    `[${network}] the input is ${height} × ${width} pixels. Expected height and width that are multiples of ${multiple}. ` +
      `Use ${next(height)} × ${next(width)}: set sample.patch or pad the pictures.`,
  );
};

/** A picture with a side so short that nothing is left of it. */
export const pictureTooSmall = (who: string, height: number, width: number, least: number): Error =>
  userError(
    "models-picture-too-small",
    `[${who}] the picture is ${height} × ${width} pixels. Expected ${least} × ${least} or larger. Set sample.patch to ${least} or more, or pad the pictures.`,
  );

/** Pictures with other channels than the network was made for. */
export const otherInputChannels = (network: string, found: number, expected: number): Error =>
  userError(
    "models-other-input-channels",
    `[${network}] the input has ${found} channels. Expected ${expected}. Set inputChannels: ${found}, or prepare the pictures with ${expected} channels.`,
  );

/** An encoding that is not this network's. */
export const otherEncoding = (
  network: string,
  found: { channels: number; skips: number },
  expected: { channels: number; skips: number },
): Error =>
  userError(
    "models-other-encoding",
    `[${network}] decode was given a bottleneck of ${found.channels} channels and ${found.skips} skips. ` +
      `Expected ${expected.channels} channels and ${expected.skips} skips. Translate the bottleneck first, and keep the skips: { ...encoding, bottleneck }.`,
  );

/** Two neighbouring layers of a sequence that do not fit together. */
export const layersDoNotFit = (name: string, takes: number, before: string, gives: number): Error =>
  userError(
    "models-layers-do-not-fit",
    `[sequence] layer "${name}" takes ${takes} channels, "${before}" before it gives ${gives}. Make "${name}" with in: ${gives}.`,
  );

interface Size {
  readonly channels: number;
  readonly scale: number;
}

/** A path and a shortcut that cannot be added. */
export const shortcutDoesNotFit = (shortcut: boolean, found: Size, path: Size): Error =>
  userError(
    "models-shortcut-does-not-fit",
    `[added] the path gives ${path.channels} channels at ${path.scale} of the size, ${shortcut ? "the shortcut" : "x itself"} ${found.channels} at ${found.scale}. ` +
      `Expected the same of both. Give it a shortcut of ${path.channels} channels at ${path.scale}.`,
  );

/** A sequence of nothing. */
export const emptySequence = (): Error =>
  userError("models-empty-sequence", "[sequence] has no layers. Expected one or more. Leave the sequence out.");
