/** Reads at the first call and again only when memory was needed elsewhere: image, label and field of view of a case cost one reading, a large set no memory. Do not write into the result. */
export function held<T extends object>(read: () => Promise<T>): () => Promise<T> {
  let kept: WeakRef<T> | undefined;
  return async () => {
    const value = kept?.deref() ?? (await read());
    kept = new WeakRef(value);
    return value;
  };
}
