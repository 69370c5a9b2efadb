import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVolume } from "./volume.js";
import { writeLabels } from "./write-labels.js";

const fixtures = new URL("../../../fixtures/", import.meta.url);
interface Expected {
  readonly affine: readonly (readonly number[])[];
  readonly size: readonly number[];
  readonly codes?: readonly [number, number];
}
const expected = JSON.parse(readFileSync(new URL("volumes.json", fixtures), "utf8")) as Readonly<Record<string, Expected>>;
const at = (name: string): string => fileURLToPath(new URL(`volumes/${name}`, fixtures));

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "segdistill-labels-"))));
afterAll(() => rm(folder, { recursive: true }));

describe.each(Object.entries(expected))("labels on the grid of %s", (name, { affine, size, codes }) => {
  it("have the affine that nibabel found, the codes and the size of the file", async () => {
    const path = join(folder, `${name}.nii.gz`);
    const like = await readVolume(at(name), { channel: 0 });
    await writeLabels(path, Uint8Array.from({ length: 120 }, (_, i) => i), like); // prettier-ignore
    const bytes = gunzipSync(await readFile(path));
    // NIfTI-1: datatype uint8, dim, qform_code, sform_code, srow_x/y/z.
    expect(bytes.readInt16LE(70)).toBe(2);
    expect([40, 42, 44, 46].map((byte) => bytes.readInt16LE(byte))).toEqual([3, ...like.grid.size]);
    const none = name === "no-form.nii";
    expect([bytes.readInt16LE(252), bytes.readInt16LE(254)]).toEqual(none ? [0, 0] : (codes ?? [1, 1]));
    for (const [r, row] of affine.entries())
      for (const [c, value] of row.entries())
        expect(Math.abs(bytes.readFloatLE(280 + 16 * r + 4 * c) - value), `row ${r}, column ${c}`).toBeLessThan(2e-6);
    // Read again, every label is where it was put, through the quaternion too.
    const back = await readVolume(path);
    for (const [r, row] of back.grid.affine.entries()) for (const [c, value] of row.entries()) expect(Math.abs(value - affine[r]![c]!)).toBeLessThan(2e-6); // prettier-ignore
    expect(Array.from({ length: size[0]! }, (_, z) => [...back.slice(z).data]).flat()).toEqual(Array.from({ length: 120 }, (_, i) => i));
  });
});

it("writes .nii as it is, and leaves nothing beside it", async () => {
  const path = join(folder, "plain.nii");
  const like = await readVolume(at("ipl.nii"));
  // The file's first axis runs to the feet, its second to the back, its third to the left: canonical voxel (0, 2, 1) is (3, 2, 1).
  await writeLabels(path, Uint8Array.from({ length: 120 }, (_, i) => (i === 2 * 6 + 1 ? 9 : 0)), like); // prettier-ignore
  const bytes = await readFile(path);
  expect([...bytes.subarray(352)].indexOf(9)).toBe(3 + 2 * 4 + 1 * 20);
  expect((await readdir(folder)).filter((file) => file.includes("plain"))).toEqual(["plain.nii"]);
});
