/** A mapping of a configuration. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Whether a value is a mapping, and no list. */
export const isMapping = (value: unknown): value is Mapping => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * One mapping laid over another: mappings inside are merged in the same way, lists and single values replaced, and `null` takes a key out.
 * Neither is changed; every key of the result is its own, whatever it is called.
 *
 * @example merged({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { c: null, e: 3 }, d: [4] }) // { a: { b: 1, e: 3 }, d: [4] }
 */
export const merged = (base: Mapping, over: Mapping): Mapping => {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(
    keys.flatMap((key): [string, unknown][] => {
      if (!Object.hasOwn(over, key)) return [[key, base[key]]];
      const [below, above] = [Object.hasOwn(base, key) ? base[key] : undefined, over[key]];
      if (above === null) return [];
      return [[key, isMapping(above) ? merged(isMapping(below) ? below : {}, above) : above]];
    }),
  );
};
