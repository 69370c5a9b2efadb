/**
 * A name (of a stage, a domain, a case) as one safe file name, and back by {@link nameOf}: letters, digits, "-", "_" and dots stay; all else, "/" and "%" too,
 * becomes `%XX` of its UTF-8 bytes; so does a dot at the start. Source: our choice.
 *
 * @example
 * fileName("align/teacher"); // align%2Fteacher
 */
export const fileName = (name: string): string =>
  encodeURIComponent(name.replace(/\p{Cs}/gu, "\uFFFD")) // half a character has no UTF-8 bytes
    .replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, "%2E");

/** The name that {@link fileName} encoded; null where a file name is none of its results. */
export const nameOf = (file: string): string | null => {
  try {
    const name = decodeURIComponent(file);
    return fileName(name) === file ? name : null;
  } catch {
    return null;
  }
};
