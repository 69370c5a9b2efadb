import { patternStars } from "./errors.js";

const escaped = (text: string): string => text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
const isWild = (segment: string): boolean => /[*?]/.test(segment);
const segmentsOf = (pattern: string): string[] =>
  pattern
    .normalize("NFC")
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".");

/** Whether a folder pattern has no `*` and no `?`. */
export const isPlain = (pattern: string): boolean => !isWild(pattern);

/** @throws pattern-stars: every further star multiplies the ways to try by the length of a path, and patterns come from configurations that others wrote */
function expression(pattern: string): string {
  const segments = segmentsOf(pattern);
  const stars = (segment: string): number => segment.split("*").length - 1;
  const deep = segments.filter((segment) => segment === "**").length;
  if (deep > 2 || segments.some((segment) => segment !== "**" && stars(segment) > 3)) throw patternStars(pattern);
  return segments
    .map((segment) =>
      segment === "**"
        ? "(?:(.*)/)?"
        : isWild(segment)
          ? `(${escaped(segment).replaceAll("*", "[^/]*").replaceAll("?", "[^/]")})/`
          : `${escaped(segment)}/`,
    )
    .join("");
}

const parts = new Map<string, "train" | "validation" | "test">([
  ...([["train", "train"], ["val", "validation"], ["valid", "validation"], ["validation", "validation"], ["test", "test"]] as const), // prettier-ignore
]);

/** The parts that folders may name, and what we call them. datasets.md 3 */
export const partOf = (folder: string): "train" | "validation" | "test" | undefined => parts.get(folder.toLowerCase());

/**
 * What is left of a path below a folder: `images` makes `images/a/1.png` into `a/1.png` and `train/images/1.png` into `train/1.png`; a star before `/image` makes `polyp/image/1.png` into `polyp/1.png`.
 *
 * The names that a pattern spells out fall away, what stands for `*`, `?` and `**` stays; case does not matter. Returns null for paths outside.
 */
export function placer(pattern: string): (path: string) => string | null {
  const whole = new RegExp(`^(?:(train|val|valid|validation|test)/)?${expression(pattern)}(.*)$`, "i");
  return (path) => {
    const match = whole.exec(`${path}/`);
    if (match === null) return null;
    const left = match.slice(1).filter((piece) => (piece as string | undefined) !== undefined && piece !== "");
    return left.join("/").replace(/\/+$/, "");
  };
}

/** Whether a path fits one of several patterns as a whole. */
export function fitsOne(patterns: readonly string[]): (path: string) => boolean {
  const wholes = patterns.map((pattern) => new RegExp(`^${expression(pattern)}$`, "i"));
  return (path) => wholes.some((whole) => whole.test(`${path}/`));
}
