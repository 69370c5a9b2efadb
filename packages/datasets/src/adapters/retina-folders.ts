import { fieldOfViewWarnings, type RetinaFiles } from "./retina.js";
import type { Found } from "./walk.js";

type Role = "image" | "mask" | "second" | "fieldOfView";

/** Paths by role, as they are published, with groups for what names the picture: `["image", /^images\/(\d\d_h)\.jpg$/]`. Case counts only where two files differ in nothing else. */
export type RetinaForms = readonly (readonly [Role, RegExp])[];

/** What a path says, upper and lower case alike: its role, and the picture that it belongs to. */
function told(forms: RetinaForms, path: string): { readonly of: string; readonly role: Role; readonly isExact: boolean } | null {
  for (const [role, form] of forms) {
    const match = new RegExp(form.source, "i").exec(path);
    if (match !== null) return { of: match.slice(1).join("/"), role, isExact: form.test(path) };
  }
  return null;
}

/** Whether one of these files is a picture of the set. */
export const hasPicture = (forms: RetinaForms, found: readonly Found[]): boolean =>
  found.some(({ path }) => told(forms, path)?.role === "image");

/** The files of one picture, found by name. */
export type PictureFiles = Omit<RetinaFiles, "id" | "group"> & { readonly of: string; readonly fieldOfView: Found | null };

/**
 * Files of a set whose pictures, masks and fields of view lie in folders of their own, put together by name, exactly or else without regard to upper and lower case, in natural order of the
 * pictures. Files of no form are no part of the set. datasets.md 1.1
 *
 * @returns warnings for a second file of one name and for files without a picture: both are left out
 */
export function retinaFolders(
  name: string,
  found: readonly Found[],
  forms: RetinaForms,
): { readonly pictures: readonly PictureFiles[]; readonly warnings: readonly string[] } {
  const files = found.flatMap((file) => {
    const what = told(forms, file.path);
    return what === null ? [] : [{ ...what, file, key: `${what.role} ${what.of.toLowerCase()}` }];
  });
  const byRole = new Map<string, Found>();
  for (const exact of [true, false])
    for (const { key, file, isExact } of files) if (isExact === exact && !byRole.has(key)) byRole.set(key, file);
  const of = (role: Role, picture: string): Found | null => byRole.get(`${role} ${picture.toLowerCase()}`) ?? null;
  const isTaken = ({ key, file }: (typeof files)[number]): boolean => byRole.get(key) === file;
  const pictures = files
    .filter((one) => one.role === "image" && isTaken(one))
    .map(({ of: picture, file }) => ({
      ...{ of: picture, image: file },
      ...{ mask: of("mask", picture), second: of("second", picture), fieldOfView: of("fieldOfView", picture) },
    }));
  const alone = files.filter(({ of: picture }) => of("image", picture) === null);
  return {
    pictures,
    warnings: [
      ...files
        .filter((one) => !isTaken(one))
        .map(({ file }) => `[${name}] "${file.path}" was left out: the same was found under another name.`),
      ...(alone.length === 0 ? [] : [`[${name}] ${String(alone.length)} files belong to no picture, first "${alone[0]!.file.path}": left out.`]), // prettier-ignore
      ...fieldOfViewWarnings(name, pictures),
    ],
  };
}
