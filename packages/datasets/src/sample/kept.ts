/** Something that was made and what it takes in memory. */
interface Sized {
  readonly bytes: number;
}

/**
 * Makes things by key and keeps them as long as they fit into a budget of bytes.
 *
 * First come, first kept: what no longer fits is made again whenever it is asked for. Pushing out what was used longest ago would, with every case drawn equally often, keep none.
 * Two askers at one time share one making; a making that failed is not kept.
 */
export function kept<T extends Sized>(make: (key: string) => Promise<T>, budgetBytes: number): (key: string) => Promise<T> {
  const held = new Map<string, Promise<T>>();
  let used = 0;
  return (key) => {
    const there = held.get(key);
    if (there) return there;
    const making = make(key).then(
      (made) => {
        if (used + made.bytes <= budgetBytes) used += made.bytes;
        else held.delete(key);
        return made;
      },
      (error: unknown) => {
        held.delete(key);
        throw error;
      },
    );
    held.set(key, making);
    return making;
  };
}
