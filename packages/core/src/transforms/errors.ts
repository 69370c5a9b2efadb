import { userError, type CoreError } from "../errors.js";

/** An option of a transform outside its bounds. */
export const transformOption = (transform: string, option: string, least: number, most: number, found: unknown): CoreError =>
  userError(
    "core/transform-option",
    `[${transform}] ${option} is ${JSON.stringify(found)}. Expected a number from ${least} to ${most}. Correct it.`,
  );

/** Two bounds of a drawn number that are no bounds. */
export const transformBounds = (transform: string, least: number, most: number, from: unknown, to: unknown): CoreError =>
  userError(
    "core/transform-bounds",
    `[${transform}] from is ${JSON.stringify(from)} and to is ${JSON.stringify(to)}. Expected ${least} <= from <= to <= ${most}. Correct them.`,
  );

/** A range of pixel values that is none. */
export const transformRange = (transform: string, found: unknown): CoreError =>
  userError(
    "core/transform-range",
    `[${transform}] range is ${JSON.stringify(found)}. Expected [lowest, highest] of the prepared pictures' values, such as [0, 1]. Correct it.`,
  );

/** A turn by 90° of a picture that would change its shape. */
export const notSquare = (height: number, width: number): CoreError =>
  userError(
    "core/not-square",
    `[rotate90] the pictures are ${height} x ${width} (height x width). Expected square ones, which keep their shape. Use a square patch, or rotate.`,
  );

/** Something in a list of transforms that is none. */
export const noSuchTransform = (found: unknown, names: readonly string[]): CoreError =>
  userError(
    "core/no-transform",
    `[transforms] ${JSON.stringify(found)} is no transform. Expected one of ${names.join(", ")}: the first two by name, the others as { name: options }. Correct it.`,
  );

/** An option that a transform does not have. */
export const noSuchTransformOption = (transform: string, option: string, has: readonly string[]): CoreError =>
  userError(
    "core/no-transform-option",
    `[${transform}] has no option "${option}". Expected ${has.join(", ") || "none"}. Correct or remove it.`,
  );
