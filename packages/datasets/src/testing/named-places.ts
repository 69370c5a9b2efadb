import { createHash } from "node:crypto";
import type { Batch, Case, Data } from "@segdistill/core/contract";

/** Height and width of the pictures below. */
export const [height, width] = [21, 34];

export interface NamedPlaces {
  /** Collects the ids of the images that are read. */
  readonly reads?: string[];
  /** Collects the ids of the labels that are read. */
  readonly labelReads?: string[];
  readonly labelled?: boolean;
}

/** A case whose pixel values name their place: 1000 · number + 34 · row + column (16 bit); label: parity of the place, 255 at every fifth; two columns at the right outside the field of view. */
export function namedPlaces(number: number, { reads = [], labelReads = [], labelled = true }: NamedPlaces = {}): Case {
  const places = Array.from({ length: height * width }, (_, i) => i);
  return {
    id: `c${number}`,
    group: `g${number}`,
    domain: "made",
    spacingMm: null,
    image: () => (
      reads.push(`c${number}`),
      Promise.resolve({ height, width, channels: 1, data: Uint16Array.from(places, (i) => 1000 * number + i) })
    ),
    label: () => (
      labelReads.push(`c${number}`),
      Promise.resolve(labelled ? { height, width, data: Uint8Array.from(places, (i) => (i % 5 === 0 ? 255 : i % 2)) } : null)
    ),
    fieldOfView: () => Promise.resolve({ height, width, data: Uint8Array.from(places, (i) => (i % width < 32 ? 1 : 0)) }),
    secondObserver: () => Promise.resolve(null),
  };
}

/** All batches of an epoch from `first` on. */
export async function read(data: Data, epoch: number, seed: number, first?: number): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of data.epoch(epoch, seed, first)) all.push(batch);
  return all;
}

/** SHA-256 over every byte of batches. */
export function bytesOf(batches: readonly Batch[]): string {
  const hash = createHash("sha256");
  for (const b of batches)
    for (const part of [
      b.images,
      b.labels,
      b.valid,
      b.labelled,
      Float64Array.from(b.occurrences),
      new TextEncoder().encode(b.cases.join()),
    ])
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return hash.digest("hex");
}
