/** The value of a key; made and kept where there is none yet. */
export const valueAt = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
};
