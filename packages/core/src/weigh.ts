import type { Method, Schedule, Wants } from "./contract/index.js";
import { times } from "./schedules.js";

/** The same method with every term's weight multiplied. */
export const weigh = <M extends string, W extends Wants>(by: number | Schedule, method: Method<M, W>): Method<M, W> => ({
  ...method,
  options: { weigh: typeof by === "number" ? by : by.describe, of: method.options },
  ...(method.build && {
    build: (site) => {
      const built = method.build!(site);
      return { ...built, terms: (built.terms ?? []).map((term) => ({ ...term, weight: times(by, term.weight ?? 1) })) };
    },
  }),
});
