import koffi from "koffi";

/** A function of the C library; null where it has none of that name (another one than glibc). */
function ofLibc(prototype: string): ((...numbers: number[]) => number) | null {
  if (process.platform !== "linux") return null;
  try {
    return koffi.load(null).func(prototype) as unknown as (...numbers: number[]) => number;
  } catch {
    return null;
  }
}

/** glibc keeps a heap for every thread, and what one frees no other reuses: with one heap a step's peak is 2 to 5 % lower, at the same speed (docs/engine.md). */
export function oneHeap(): void {
  const M_ARENA_MAX = -8; // malloc.h
  ofLibc("int mallopt(int parameter, int value)")?.(M_ARENA_MAX, 1);
}

/** Gives back to the system what the heap holds and nobody uses: some tens of MB once TensorFlow has optimised a graph, in 3 to 9 ms (docs/engine.md). */
export function trimmer(): () => void {
  const trim = ofLibc("int malloc_trim(size_t pad)");
  return () => void trim?.(0);
}
