/** Two int32 from a text (FNV-1a from two offsets, then mixed as in MurmurHash3's finaliser). */
export function hash(text: string): readonly [number, number] {
  const from = (offset: number): number => {
    let h = offset;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) | 0;
  };
  return [from(0x811c9dc5 | 0), from(0x2f0b4a27)];
}

/** A stream of numbers in [0, 1) that follows from a key alone: the same on every machine, in every process. */
export interface Random {
  readonly next: () => number;
  /** A whole number in [0, below). */
  readonly below: (below: number) => number;
  /** Mean 0, deviation 1 (Box-Muller). */
  readonly normal: () => number;
}

/** The stream of a key, such as `${seed}/${epoch}/${caseId}/flips`. Two 32-bit words of state, mixed by multiply and shift. */
export function random(key: string): Random {
  let [a, b] = hash(key) as [number, number];
  const next = (): number => {
    a = (a + 0x9e3779b9) | 0;
    let t = Math.imul(a ^ (a >>> 16), 0x21f0aaad) ^ b;
    t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
    b = (b + t) | 0;
    return ((t ^ (t >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (below) => Math.floor(next() * below),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** The numbers 0 … n−1 in the order that follows from a key (Fisher-Yates). */
export function shuffled(n: number, key: string): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  const { below } = random(key);
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
