/** Colours by name, light and dark. Marks on pictures are the same in both: pictures are dark in both. */
const colours = {
  paper: ["#fdfdfb", "#16181b"],
  raised: ["#f4f3ee", "#1f2226"],
  ink: ["#1c1e21", "#e6e4df"],
  soft: ["#5a5e64", "#a3a6ab"],
  rule: ["#d9d7cf", "#383c42"],
  accent: ["#1f5fa8", "#7db4f0"],
  good: ["#17633c", "#7ccf9f"],
  bad: ["#a02b1f", "#f09a8d"],
} satisfies Readonly<Record<string, readonly [light: string, dark: string]>>;
const rule = (which: 0 | 1): string =>
  Object.entries(colours)
    .map(([name, pair]) => `--${name}:${pair[which]}`)
    .join(";");

/** The colours as rules of a style sheet: light, and dark on screens that ask for it; paper is light. Source: our choice. */
export const palette = `:root{color-scheme:light dark;${rule(0)};--tp:#648fff;--fp:#ffb000;--fn:#ff4fa3;--other:#fff}
@media screen and (prefers-color-scheme:dark){:root{${rule(1)}}}
@media print{:root{color-scheme:light}}`;

/** A light colour itself, for pictures that stand alone: not every program that draws SVG knows variables. Source: our choice. */
export const light = (name: keyof typeof colours): string => colours[name][0];
