import { join } from "node:path";
import { expect, it } from "vitest";
import { dicomFile } from "../testing/dicom-file.js";
import { temporaryWithCache } from "../testing/temporary-cache.js";
import { put } from "../testing/twin.js";
import { volumesIn } from "./volumes-in.js";

const temporary = temporaryWithCache();
const slice = dicomFile({ height: 2, width: 2, position: [0, 0, 0], number: 1, value: () => 0 });

it("finds volume files and folders of DICOM files, and nothing else", async () => {
  const root = join(temporary.path, "study");
  for (const file of ["a.nii", "b/c.NII.gz", "d.nrrd"]) await put(root, file, "");
  for (const file of ["e/1", "e/2.dcm", "3.IMA"]) await put(root, file, slice);
  for (const file of ["e/notes.txt", "f.png", "g.dcm", "h.npz"]) await put(root, file, "nothing");
  expect(await volumesIn(root)).toEqual([
    { path: "a", source: join(root, "a.nii") },
    { path: "b/c", source: join(root, "b/c.NII.gz") },
    { path: "d", source: join(root, "d.nrrd") },
    { path: "study", source: [join(root, "3.IMA")] },
    { path: "e", source: [join(root, "e/1"), join(root, "e/2.dcm")] },
  ]);
  expect(await volumesIn(join(root, "b/c.NII.gz"))).toEqual([{ path: "c", source: join(root, "b/c.NII.gz") }]);
  expect(await volumesIn(join(root, "e/2.dcm"))).toEqual([{ path: "2", source: [join(root, "e/2.dcm")] }]);
  expect(await volumesIn(join(root, "f.png"))).toEqual([]);
});
