import type { Method, Schedule, Wants } from "./contract/index.js";
import { noSuchTerm } from "./errors.js";
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

/**
 * The same method without some of its terms: an ablation. What only they need is not computed, modules of theirs stay.
 *
 * @throws core/no-such-term, when the stage is built
 */
export const without = <M extends string, W extends Wants>(terms: readonly string[], method: Method<M, W>): Method<M, W> => ({
  ...method,
  options: { without: [...terms], of: method.options },
  ...(method.build && {
    build: (site) => {
      const built = method.build!(site);
      const has = (built.terms ?? []).map(({ name }) => name);
      const unknown = terms.find((term) => !has.includes(term));
      if (unknown !== undefined) throw noSuchTerm(method.name, unknown, has);
      return { ...built, terms: (built.terms ?? []).filter(({ name }) => !terms.includes(name)) };
    },
  }),
});
