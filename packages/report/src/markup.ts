/** Text that is HTML already. Made by {@link markup} only, so that nothing else reaches the page unescaped. */
export interface Markup {
  readonly html: string;
}

/** What may stand in a template: text and numbers are escaped, `false` and null leave nothing, lists are joined. */
export type Piece = Markup | string | number | false | null | readonly Piece[];

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escapes text for HTML, as content and between quotes: & < > " '. Source: our choice. */
export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);

const flatten = (piece: Piece): string => {
  if (piece === false || piece === null) return "";
  if (typeof piece === "string") return escapeText(piece);
  if (typeof piece === "number") return String(piece);
  return "html" in piece ? piece.html : piece.map(flatten).join("");
};

/** Template tag: the template's own text is HTML, whatever is put in is escaped unless it is {@link Markup}. Source: our choice. */
export const markup = (template: TemplateStringsArray, ...pieces: readonly Piece[]): Markup => ({
  html: template.reduce((whole, part, i) => whole + flatten(pieces[i - 1]!) + part),
});
