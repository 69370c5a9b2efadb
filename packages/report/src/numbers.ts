const minus = "−";
const signs = (text: string): string => text.replaceAll("-", minus);

/** A score with three digits: 0.812, −0.003. Any unit. */
export const score = (value: number): string => signs(value.toFixed(3));

/** Whether a difference is nothing but rounding: below 1e−9. Source: our choice. */
export const isZero = (value: number): boolean => Math.abs(value) < 1e-9;

/** A difference with its sign: three digits, or one significant digit below 0.0005: +0.012, −0.003, +0.0004, 0.000 for what {@link isZero} calls 0. Any unit. */
export const signed = (value: number): string => {
  if (isZero(value)) return "0.000";
  const digits = Math.max(3, -Math.floor(Math.log10(Math.abs(value))));
  const text = signs(value.toFixed(Math.abs(value) < 5e-4 ? digits : 3));
  return value > 0 ? `+${text}` : text;
};

/** A p-value: two significant digits, "< 0.001" below that. */
export const probability = (p: number): string => (p < 0.001 ? "< 0.001" : p >= 0.0995 ? p.toFixed(2) : String(Number(p.toPrecision(2))));

/** A count with a unit of thousands: 812, 1.94 k, 7.77 M, 12.3 G. */
export const count = (value: number): string => {
  const units = ["", "k", "M", "G", "T"];
  const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return power === 0 ? String(value) : `${Number((value / 1000 ** power).toPrecision(3))} ${units[power]!}`;
};

/** Seconds as a person says them: 8.4 s, 4 min 12 s, 2 h 05 min. */
export const duration = (seconds: number): string => {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
};

/** A number of any size, short enough for an axis: 0.25, 1200, 3e−5. */
export const axisNumber = (value: number): string => {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return signs(value.toExponential().replace("e+", "e"));
  return signs(String(Number(value.toPrecision(6))));
};

/** "1 picture", "8 pictures". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** A confidence level as a percentage: 0.95 → "95 %" with a space that does not break. */
export const percent = (level: number): string => `${Number((level * 100).toFixed(2))}\u00a0%`;

/** "a", "a and b", "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]!}`;
