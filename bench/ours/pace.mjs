/**
 * Decides, step by step, whether it was enough: up to `warmUp` steps that do not count (fewer where one takes half of `seconds`), then `steps` that do, or at
 * least two where they take longer than `seconds`. The same rule as pytorch/pace.py.
 */
export function pace({ warmUp, steps, seconds = Infinity }) {
  const [warm, counted] = [[], []];
  const sum = (times) => times.reduce((a, b) => a + b, 0) / 1000;
  let warming = warmUp > 0;
  return {
    /** Whether the next step counts. */
    counts: () => !warming,
    /** Takes note of a step of `ms`; true where it was the last one. */
    last: (ms) => {
      (warming ? warm : counted).push(ms);
      if (warming) warming = warm.length < warmUp && sum(warm) < seconds / 2;
      return counted.length >= steps || (counted.length >= 2 && sum(counted) >= seconds);
    },
    /** The steps that count, ms. */
    times: counted,
  };
}
