import type { Comparison } from "./comparison.js";
import { csv } from "./csv.js";
import { html } from "./html.js";
import { latex } from "./latex.js";
import { markdown } from "./markdown.js";
import { svg } from "./svg.js";

/** How a comparison may be written, by name: each a pure function to text. */
export const comparisonFormats = { markdown, csv, latex, html, svg } as const satisfies Readonly<
  Record<string, (comparison: Comparison) => string>
>;

/** The name of one of them. */
export type ComparisonFormat = keyof typeof comparisonFormats;
