import type { Store } from "../store.js";

/**
 * A store that keeps one stage as `own` does, and all stages before it in `earlier`: runs that look at the last stage alone may share that, and train what comes before once.
 * Steps and events of all stages are `own`'s.
 *
 * @example
 * const earlier = memoryStore();
 * await train([goal], { seed: 0, store: withEarlier(goal.name, memoryStore(), earlier) });
 */
export const withEarlier = (stage: string, own: Store, earlier: Store): Store => {
  const of = (name: string): Store => (name === stage ? own : earlier);
  return { ...own, load: (name, key) => of(name).load(name, key), save: (name, ...what) => of(name).save(name, ...what) };
};
