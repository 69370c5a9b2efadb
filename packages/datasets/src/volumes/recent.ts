/** Makes things by key and holds those of the last `count` keys; askers at one time share one making, one that failed is not held. */
export function recent<T>(make: (key: string) => Promise<T>, count: number): (key: string) => Promise<T> {
  const held = new Map<string, Promise<T>>();
  return (key) => {
    const making = held.get(key) ?? make(key);
    held.delete(key); // the last in order is the one used last
    held.set(key, making);
    making.catch(() => held.delete(key));
    for (const oldest of held.keys())
      if (held.size > count) held.delete(oldest);
      else break;
    return making;
  };
}
