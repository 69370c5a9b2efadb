import { markup, type Markup, type Piece } from "./markup.js";

/** A table that scrolls by itself where it is too wide. */
export interface Table {
  readonly caption: string;
  readonly head: readonly Piece[];
  /** The first cell of each row heads it. */
  readonly rows: readonly { readonly kind?: string; readonly cells: readonly Piece[] }[];
  /** Columns that hold words, by index; the first always does. */
  readonly words?: readonly number[];
}

/** A table with caption, column and row headers; reachable by keyboard, so that it can be scrolled. Source: our choice. */
export const table = ({ caption, head, rows, words = [] }: Table): Markup => {
  const kind = (i: number): Markup | null => (words.includes(i) ? markup` class="text"` : null);
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption><span>${caption}</span></caption><thead><tr>${head.map(
    (cell, i) => markup`<th scope="col"${kind(i)}>${cell}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ({ kind: of, cells }) =>
      markup`<tr${of === undefined ? null : markup` class="${of}"`}>${cells.map((cell, i) => (i === 0 ? markup`<th scope="row">${cell}</th>` : markup`<td${kind(i)}>${cell}</td>`))}</tr>`,
  )}</tbody></table></div>`;
};
