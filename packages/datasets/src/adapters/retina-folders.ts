import { fieldOfViewWarnings, type RetinaFiles } from "./retina.js";
import type { Found } from "./walk.js";

/** What a path says: the picture `of`, or what belongs to it. */
export interface RetinaPath {
  readonly of: string;
  readonly role: "image" | "mask" | "second" | "fieldOfView";
}

/** The files of one picture, found by name. */
export type PictureFiles = Omit<RetinaFiles, "id" | "group"> & { readonly of: string; readonly fieldOfView: Found | null };

/**
 * Files of a set whose pictures, masks and fields of view lie in folders of their own, put together by name without regard to upper and lower case, in natural order of the pictures.
 * Files that `tell` does not know are no part of the set. datasets.md 1.1
 *
 * @returns warnings for a second file of one name and for files without a picture: both are left out
 */
export function retinaFolders(
  name: string,
  found: readonly Found[],
  tell: (path: string) => RetinaPath | null,
): { readonly pictures: readonly PictureFiles[]; readonly warnings: readonly string[] } {
  const byRole = new Map<string, Found>();
  const told = found.flatMap((file) => {
    const path = tell(file.path);
    if (path === null) return [];
    const key = `${path.role} ${path.of.toLowerCase()}`;
    const isFirst = !byRole.has(key);
    if (isFirst) byRole.set(key, file);
    return [{ ...path, file, isFirst }];
  });
  const of = (role: RetinaPath["role"], picture: string): Found | null => byRole.get(`${role} ${picture.toLowerCase()}`) ?? null;
  const pictures = told
    .filter(({ role, isFirst }) => role === "image" && isFirst)
    .map(({ of: picture, file }) => ({
      ...{ of: picture, image: file },
      ...{ mask: of("mask", picture), second: of("second", picture), fieldOfView: of("fieldOfView", picture) },
    }));
  const alone = told.filter(({ of: picture }) => of("image", picture) === null);
  return {
    pictures,
    warnings: [
      ...told
        .filter(({ isFirst }) => !isFirst)
        .map(({ file }) => `[${name}] "${file.path}" was left out: the same was found before under another name.`),
      ...(alone.length === 0 ? [] : [`[${name}] ${String(alone.length)} files belong to no picture, first "${alone[0]!.file.path}": left out.`]), // prettier-ignore
      ...fieldOfViewWarnings(name, pictures),
    ],
  };
}
