import { markup, type Markup } from "./markup.js";

/** Notes below a table: the same text has one number. */
export interface Notes {
  /** The mark of a text, to stand where it belongs. */
  readonly mark: (text: string) => Markup;
  /** All texts, with their marks. */
  readonly list: () => Markup | null;
}

/** Collects notes in the order in which they are marked. Source: our choice. */
export const notes = (): Notes => {
  const texts: string[] = [];
  return {
    mark: (text) => {
      if (!texts.includes(text)) texts.push(text);
      return markup`<sup>${texts.indexOf(text) + 1}</sup>`;
    },
    list: () =>
      texts.length === 0
        ? null
        : markup`<p class="note">${texts.map((text, i) => markup`<sup>${i + 1}</sup> ${text}${i + 1 < texts.length ? markup`<br>` : null}`)}</p>`,
  };
};
