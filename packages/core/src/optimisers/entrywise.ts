import type { Optimiser } from "../contract/index.js";

type Update = Optimiser["update"];
const marked = new WeakSet<Update>();

/**
 * Says of an update rule that it treats every entry by itself, whatever variable it stands in: the loop then gives it small variables joined to one vector, with the name of the first. The mark is the
 * function's, so a decorator with an update of its own has none until it says so.
 *
 * @example const descent = { …, update: entrywise(({ value, gradient, rate }) => ({ value: sub(value, mul(rate, gradient)), slots: [] })) }
 */
export const entrywise = (update: Update): Update => {
  marked.add(update);
  return update;
};

export const isEntrywise = (update: Update): boolean => marked.has(update);
