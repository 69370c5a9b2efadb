/** A size for people: "812 B", "1.3 MB", "274 MB"; powers of 1000. */
export const bytes = (count: number): string => {
  if (count < 1000) return `${count} B`;
  const power = Math.min(4, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${["", "kB", "MB", "GB", "TB"][power]!}`;
};
