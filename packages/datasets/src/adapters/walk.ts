import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { linkLeaves } from "./errors.js";
import { isBelow } from "./list-file.js";
import { naturalOrder } from "./natural-order.js";

export interface Found {
  /** Below the root, with `/` on every system, in Unicode NFC. */
  readonly path: string;
  /** Where it can be opened. */
  readonly file: string;
  /** The files of a DICOM series; `path` and `file` are then their folder's. */
  readonly series?: readonly string[];
}

/** Whether a name belongs to no data set: dot files (`._*` among them), `__MACOSX`, `Thumbs.db`, `desktop.ini`, `SOURCE.txt`. datasets.md 1.1 */
const isSkipped = (name: string): boolean => name.startsWith(".") || /^(__macosx|thumbs\.db|desktop\.ini|source\.txt)$/i.test(name);

/**
 * All files below a folder in natural order, `levels` folders deep (1 = the folder itself); no folder is entered twice. The folder may be a link; links in it are
 * followed where they stay inside.
 *
 * @throws link-leaves: an archive from a stranger could show other files of the user's as pictures
 */
export async function walk(root: string, levels = Infinity): Promise<Found[]> {
  const entered = new Set<string>();
  const found: Found[] = [];
  const top = await realpath(root);
  const enter = async (folder: string, below: string, left: number): Promise<void> => {
    const real = await realpath(folder);
    if (left === 0 || entered.has(real)) return;
    entered.add(real);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (isSkipped(entry.name)) continue;
      const file = join(folder, entry.name);
      const path = (below === "" ? entry.name : `${below}/${entry.name}`).normalize("NFC");
      if (entry.isSymbolicLink()) {
        const real = await realpath(file).catch(() => undefined);
        if (real !== undefined && !isBelow(top, real)) throw linkLeaves(root, file);
      }
      const what = entry.isSymbolicLink() ? await stat(file).catch(() => undefined) : entry;
      if (what?.isDirectory() === true) await enter(file, path, left - 1);
      else if (what?.isFile() === true) found.push({ path, file });
    }
  };
  await enter(root, "", levels);
  return found.sort((a, b) => naturalOrder(a.path, b.path));
}

/** The folders directly in a folder, in natural order. */
export async function foldersIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !isSkipped(name)).sort(naturalOrder);
  const kinds = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (found) => found.isDirectory(),
        () => false,
      ),
    ),
  );
  return names.filter((_, i) => kinds[i]).map((name) => join(folder, name));
}
