/** A time for people: "8 s", "1 min 25 s", "2 h 5 min"; `seconds` ≥ 0 is rounded to whole seconds. */
export const duration = (seconds: number): string => {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
};
