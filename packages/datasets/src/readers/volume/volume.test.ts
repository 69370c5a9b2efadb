import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { userError } from "../../errors.js";
import { axesOf, differenceOf, gridText, type Grid } from "./grid.js";
import { readHeader, readVolume } from "./volume.js";

interface Expected {
  readonly affine: readonly (readonly number[])[];
  readonly axes: string;
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly values: readonly number[];
}
const fixtures = new URL("../../../fixtures/", import.meta.url);
// From nibabel and pynrrd: fixtures/volumes.py.
const expected = JSON.parse(readFileSync(new URL("volumes.json", fixtures), "utf8")) as Readonly<Record<string, Expected>>;
const at = (name: string): string => fileURLToPath(new URL(`volumes/${name}`, fixtures));

/** Letters as nibabel's: where an axis of the file runs to. */
const letters = (grid: Grid): string => {
  const { axis, flipped } = axesOf(grid);
  const names = [["S", "I"], ["P", "A"], ["L", "R"]] as const; // prettier-ignore
  return [0, 1, 2].map((file) => names[axis.indexOf(file as 0)]![flipped[axis.indexOf(file as 0)] ? 1 : 0]).join("");
};

describe.each(Object.entries(expected))("%s, as nibabel reads it", (name, { affine, axes, size, spacing, values }) => {
  it("has its affine, its axes, its spacing", async () => {
    for (const { grid } of [await readHeader(at(name)), await readVolume(at(name), { channel: 0 })]) {
      expect(letters(grid)).toBe(axes);
      for (const [r, row] of grid.affine.entries())
        for (const [c, value] of row.entries()) expect(Math.abs(value - affine[r]![c]!), `row ${r}, column ${c}`).toBeLessThan(1e-6);
    }
    const { spacingMm } = await readVolume(at(name), { channel: 0 });
    for (const [i, mm] of spacingMm.entries()) expect(Math.abs(mm - spacing[i]!)).toBeLessThan(1e-6);
  });

  it("has its voxels, from feet to head, from front to back, from right to left", async () => {
    const volume = await readVolume(at(name), { channel: 0 });
    expect(volume.size).toEqual(size);
    const found = Array.from({ length: volume.size[0] }, (_, z) => volume.slice(z)).flatMap(({ height, width, channels, data }) => {
      expect([height, width, channels]).toEqual([size[1], size[2], 1]);
      return [...data];
    });
    expect(found).toEqual(values);
  });
});

it("takes the channel that is asked for", async () => {
  const [first, second] = [await readVolume(at("channels.nii"), { channel: 0 }), await readVolume(at("channels.nii"), { channel: 1 })];
  expect(second.slice(2).data).toEqual(first.slice(2).data.map((value) => 2 * value));
  expect((await readHeader(at("channels.nii"))).channels).toBe(2);
  const says = (found: string): Error =>
    userError("volume-channel", `[volume] "${at("channels.nii")}" has 2 channels, and ${found}. Expected one from 0 to 1. Set channel.`);
  await expect(readVolume(at("channels.nii"))).rejects.toThrow(says("none was chosen"));
  await expect(readVolume(at("channels.nii"), { channel: 2 })).rejects.toThrow(says("channel 2 was chosen"));
});

it.each([
  ["sheared.nii", "an affine whose axes are not at right angles"],
  ["sheared-sform.nii", "an affine whose axes are not at right angles"],
  ["broken-off.nii", "480 bytes instead of 832"],
  ["broken-off.nii.gz", "a gzip file that is damaged or breaks off"],
  ["broken-off.nrrd", "bytes that the decoder does not take (another format, damaged, or broken off)"],
])("refuses %s, and nothing is printed", async (name, found) => {
  const error = userError(
    "volume-unreadable",
    `[volume] "${at(name)}" cannot be read. Expected a complete .nii, .nii.gz, .nrrd or .mha file, or DICOM files of one series, with axes at right angles; found ${found}. Download it again, or convert it.`,
  );
  await expect(readVolume(at(name))).rejects.toThrow(error);
});

it("keeps what the library prints to itself, and gives the console back", async () => {
  const said: unknown[] = [];
  const own = { log: console.log, warn: console.warn, error: console.error };
  const loud = (...words: unknown[]) => void said.push(words);
  Object.assign(console, { log: loud, warn: loud, error: loud });
  try {
    await expect(readVolume(at("sheared.nii"))).rejects.toThrow();
    await readVolume(at("ras.nii"));
    expect([console.log, console.warn, console.error]).toEqual([loud, loud, loud]);
    expect(said).toEqual([]);
  } finally {
    Object.assign(console, own);
  }
});

it("says that a file is not there", async () => {
  await expect(readHeader(at("none.nii"))).rejects.toThrow(
    userError(
      "volume-missing",
      `[volume] "${at("none.nii")}" does not exist. Expected a .nii, .nii.gz, .nrrd or .mha file, or a folder of DICOM files. Check the path, or download the data set again.`,
    ),
  );
});

describe("grids", () => {
  const grid = (affine: Grid["affine"], size: Grid["size"] = [4, 5, 6]): Grid => ({ affine, size });
  const ras = grid([[0.5, 0, 0, 1], [0, 0.5, 0, 2], [0, 0, 2, 3]]); // prettier-ignore
  it("are one grid whatever way the file's axes run", () => {
    // The last voxel along x of the one is the first of the other: 1 + 0.5 · 3.
    expect(differenceOf(ras, grid([[-0.5, 0, 0, 2.5], [0, 0.5, 0, 2], [0, 0, 2, 3]]))).toBeNull(); // prettier-ignore
    expect(differenceOf(ras, grid([[0, 0, 0.5, 1], [0, 0.5, 0, 2], [2, 0, 0, 3]], [6, 5, 4]))).toBeNull(); // prettier-ignore
  });
  it("differ by a size, by a place, by 0.002 mm at the far end", () => {
    expect(differenceOf(ras, grid(ras.affine, [4, 5, 7]))).toBe("size");
    expect(differenceOf(ras, grid([[-0.5, 0, 0, 1], [0, 0.5, 0, 2], [0, 0, 2, 3]]))).toBe("affine"); // prettier-ignore
    expect(differenceOf(ras, grid([[0.5, 0, 0, 1], [0, 0.5, 0, 2], [0, 0, 2.0004, 3]]))).toBe("affine"); // prettier-ignore
    expect(differenceOf(ras, grid([[0.5, 0, 0, 1], [0, 0.5, 0, 2], [0, 0, 2.0001, 3]]))).toBeNull(); // prettier-ignore
  });
  it("are written with six digits", () => {
    expect(
      gridText(
        grid([
          [1 / 3, 0, 0, -1],
          [0, 0.5, 0, 2],
          [0, 0, 2, 1234.5678],
        ]),
      ),
    ).toBe(
      // prettier-ignore
      "4 x 5 x 6, affine [[0.333333, 0, 0, -1], [0, 0.5, 0, 2], [0, 0, 2, 1234.57]]",
    );
  });
});
