import { existsSync } from "node:fs";
import { readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readVolume } from "../readers/volume/index.js";
import { niftiFile, straight } from "../testing/nifti-file.js";
import { temporaryWithCache } from "../testing/temporary-cache.js";
import { put } from "../testing/twin.js";
import { openSlices, writeSlices } from "./slice-store.js";
import { sliceOf } from "./volume-files.js";

const temporary = temporaryWithCache();
const affine = straight([-1, -1, 2]);
const size = [4, 3, 5] as const;
const stores = async (): Promise<number> => {
  const folder = join(temporary.path, "cache/volumes");
  return existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith(".slices")).length : 0;
};

describe("slices in the cache", () => {
  it.each(["int16", "float32"] as const)("are those of the volume, %s, with its percentiles", async (type) => {
    const file = join(temporary.path, `${type}.nii`);
    await writeFile(file, niftiFile({ size, affine, type, value: (i, j, k) => i + 10 * j + 100 * k - 200 + (type === "int16" || k > 2 ? 0 : 0.25) })); // prettier-ignore
    const volume = await readVolume(file);
    await writeSlices(join(temporary.path, `${type}.slices`), volume);
    const stored = (await openSlices(join(temporary.path, `${type}.slices`)))!;
    for (const z of [4, 0, 2, 0]) {
      const [one, other] = [await stored(z), volume.slice(z)];
      expect([one.height, one.width, [...one.data]]).toEqual([3, 4, [...other.data]]);
      expect([1, 50, 99].map(one.percentile!)).toEqual([1, 50, 99].map(other.percentile!));
    }
  });

  it("are nothing where the list is missing or something else", async () => {
    expect(await openSlices(join(temporary.path, "none.slices"))).toBeUndefined();
    await put(temporary.path, "other.slices.json", '{ "height": 3 }');
    expect(await openSlices(join(temporary.path, "other.slices"))).toBeUndefined();
  });

  it("are written for a volume that comes back, not for those that are gone through once, and not used when the file changed", async () => {
    const files = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const source = join(temporary.path, `volume-${String(n)}.nii`);
        await writeFile(source, niftiFile({ size, affine, value: (i, j, k) => 1000 * n + i + 10 * j + 100 * k }));
        return { path: String(n), source };
      }),
    );
    const first = async (n: number): Promise<number> => (await sliceOf(files[n]!, 1)).data[0]!;
    for (const n of [0, 1, 2, 3, 4, 5]) expect(await first(n)).toBe(1000 * n + 100);
    expect(await stores()).toBe(0);
    expect(await first(5)).toBe(5100); // still held
    expect(await stores()).toBe(0);
    expect(await first(0)).toBe(100); // let go, back again
    expect(await stores()).toBe(1);
    for (const n of [1, 2, 3, 4]) await first(n);
    expect(await first(0)).toBe(100); // from the cache
    expect(await stores()).toBe(5);
    for (const n of [1, 2, 3, 4]) await first(n);
    await writeFile(files[0]!.source, niftiFile({ size, affine, value: () => 7 }));
    await utimes(files[0]!.source, new Date(), new Date(Date.now() + 5000));
    expect(await first(0)).toBe(7);
  });
});
