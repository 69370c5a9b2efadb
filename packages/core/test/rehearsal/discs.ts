import type { Batch, Data } from "@segdistill/core/contract";
import { hash } from "@segdistill/core/random";

const picture = { height: 16, width: 24, channels: 1, classes: 2 };
interface Item {
  readonly id: string;
  readonly labelled: boolean;
  readonly occurrence: number;
}

/** A disc at a place that follows from the case's name. `wrong` puts another label on unlabelled items, to show that it is not read. */
function batchOf(items: readonly Item[], wrong: boolean): Batch {
  const { height: h, width: w } = picture;
  const images = new Float32Array(items.length * h * w);
  const labels = new Uint8Array(items.length * h * w);
  for (const [n, { id, labelled }] of items.entries()) {
    const [a, b] = hash(id).map((x) => (x >>> 0) / 2 ** 32) as [number, number];
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const at = (n * h + y) * w + x;
        const inside = Math.hypot(y - 4 - a * 8, x - 6 - b * 12) < 4;
        images[at] = (inside ? 1 : 0) + 0.5 * Math.sin(y * 12.9898 + x * 78.233 + a * 40);
        labels[at] = Number(!labelled && wrong ? !inside : inside);
      }
  }
  return {
    images,
    labels,
    valid: new Uint8Array(images.length).fill(1),
    labelled: Uint8Array.from(items, (item) => Number(item.labelled)),
    cases: items.map((item) => item.id),
    occurrences: items.map((item) => item.occurrence),
  };
}

async function* from(batches: readonly (readonly Item[])[], first: number, wrong: boolean): AsyncGenerator<Batch> {
  for (const items of batches.slice(first)) {
    await Promise.resolve();
    yield batchOf(items, wrong);
  }
}

/** `count` labelled cases in batches of `size`, turned by one every epoch; `only` keeps some images of every batch, as one process of several would. */
export function discs(o: { readonly count?: number; readonly size?: number; readonly only?: readonly [number, number] } = {}): Data {
  const { count = 8, size = 4, only } = o;
  return {
    picture,
    fingerprint: JSON.stringify(["discs", count, size, only ?? null]),
    batchSize: size,
    batchesPerEpoch: count / size,
    epoch: (epoch, _, first = 0) => {
      const items = Array.from(
        { length: count },
        (__, i): Item => ({ id: `disc-${(i * 5 + epoch) % count}`, labelled: true, occurrence: 0 }),
      );
      const cut = (batch: readonly Item[]): readonly Item[] => (only ? batch.slice(...only) : batch);
      return from(
        Array.from({ length: count / size }, (__, i) => cut(items.slice(i * size, (i + 1) * size))),
        first,
        false,
      );
    },
  };
}

/** Half labelled, half unlabelled; the shorter list is cycled, and its cases say how often they occurred. */
export function halves(o: {
  readonly labelled: number;
  readonly unlabelled: number;
  readonly size: number;
  readonly wrong?: boolean;
}): Data {
  const half = o.size / 2;
  const batches = Math.ceil(Math.max(o.labelled, o.unlabelled) / half);
  const take = (kind: string, n: number, i: number): Item => ({
    id: `${kind}-${i % n}`,
    labelled: kind === "labelled",
    occurrence: Math.floor(i / n),
  });
  return {
    picture,
    fingerprint: JSON.stringify(["halves", o.labelled, o.unlabelled, o.size]),
    batchSize: o.size,
    batchesPerEpoch: batches,
    epoch: (_, __, first = 0) =>
      from(
        Array.from({ length: batches }, (___, n) =>
          (["labelled", "unlabelled"] as const).flatMap((kind) =>
            Array.from({ length: half }, (____, j) => take(kind, o[kind], n * half + j)),
          ),
        ),
        first,
        o.wrong ?? false,
      ),
  };
}
