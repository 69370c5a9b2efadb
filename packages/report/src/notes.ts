import { markup, type Markup } from "./markup.js";

/** Notes below a table: the same text has one number. */
export interface Notes {
  /** The mark of a text, to stand where it belongs. */
  readonly mark: (text: string) => Markup;
  /** All texts, with their marks. */
  readonly list: () => Markup | null;
}

/** a, b, …, z, aa: a figure after a number would read as a power. */
const letter = (i: number): string => (i < 26 ? "" : letter(Math.floor(i / 26) - 1)) + String.fromCharCode(97 + (i % 26));

/** Collects notes in the order in which they are marked. Source: our choice. */
export const notes = (): Notes => {
  const texts: string[] = [];
  return {
    mark: (text) => {
      if (!texts.includes(text)) texts.push(text);
      return markup`<sup>${letter(texts.indexOf(text))}</sup>`;
    },
    list: () =>
      texts.length === 0
        ? null
        : markup`<p class="note">${texts.map((text, i) => markup`<sup>${letter(i)}</sup> ${text}${i + 1 < texts.length ? markup`<br>` : null}`)}</p>`,
  };
};
