/** A size in words: 273829956 → "274 MB"; below 10 MB with one decimal; below 0.1 MB in bytes. 1 MB is 10⁶ bytes, as on PyPI. */
export function megabytes(bytes: number): string {
  if (bytes < 1e5) return `${bytes} bytes`;
  const mb = bytes / 1e6;
  return `${mb < 10 ? mb.toFixed(1) : mb.toFixed(0)} MB`;
}
