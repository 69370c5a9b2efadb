import type { Case, DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { phantom } from "../phantoms/phantom.js";
import { fingerprint } from "./fingerprint.js";
import { held } from "./held.js";
import { splitByGroup } from "./split-by-group.js";

export const phantomsOptions = z.strictObject({
  count: z.int().min(2).max(10_000).default(24).describe("How many pictures; two are one patient [ours]"),
  size: z.int().min(64).max(1024).default(160).describe("Side of the square pictures in pixels [ours]"),
  seed: z.int().min(0).default(0),
  camera: z.enum(["a", "b"]).default("a").describe("'a' to train on, 'b' as the unseen camera [ours]"),
});

export type PhantomsOptions = z.input<typeof phantomsOptions>;

/** Of this process, by options: train, validation and test are often one set, and a sweep asks for every entry. All pictures are drawn for one. */
const fingerprints = new Map<string, Promise<string>>();

/**
 * Invented pictures of the back of the eye with their vessels as truth, for trying things out: no file is read, `root` is not used. [ours]
 *
 * `count` RGB pictures (8 bit) of `size × size` pixels follow from (seed, number, camera) alone; vessels are 3…7 pixels wide at 160. Two pictures, a left and a right eye, are one group.
 * Splits: train, validation, test with 60, 15 and 25 % of the groups, and all. Domain `phantoms-a` or `phantoms-b`; with the same seed the two cameras see different people.
 */
export function phantoms(options: PhantomsOptions = {}): (root?: string) => Promise<DataSet> {
  const { count, size, seed, camera } = phantomsOptions.parse(options);
  const domain = `phantoms-${camera}`;
  const digits = String(count).length;
  return () => {
    const pictures = Array.from({ length: count }, (_, index) => held(() => Promise.resolve(phantom(seed, index, camera, size))));
    const cases = pictures.map(
      (picture, index): Case => ({
        id: String(index + 1).padStart(digits, "0"),
        group: `patient-${String(Math.floor(index / 2) + 1)}`,
        domain,
        spacingMm: null,
        image: async () => (await picture()).image,
        label: async () => (await picture()).label,
        fieldOfView: async () => (await picture()).fieldOfView,
        secondObserver: () => Promise.resolve(null),
      }),
    );
    const drawnFingerprint = async (): Promise<string> =>
      fingerprint(
        (await Promise.all(pictures.map((picture) => picture()))).flatMap(({ image, label }, index) => [
          { id: `${cases[index]!.id} image`, bytes: new Uint8Array(image.data) },
          { id: `${cases[index]!.id} mask`, bytes: label.data },
        ]),
      );
    return Promise.resolve({
      name: "phantoms",
      domain,
      classes: ["background", "vessel"],
      cases,
      splits: splitByGroup(cases, { seed, train: 0.6, validation: 0.15, test: 0.25 }),
      warnings: [],
      fingerprint: () => {
        const key = [count, size, seed, camera].join();
        const known = fingerprints.get(key) ?? drawnFingerprint();
        fingerprints.set(key, known);
        return known;
      },
    } satisfies DataSet);
  };
}
