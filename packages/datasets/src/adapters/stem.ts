/** Endings that are no part of a name; each may be followed by `.gz`. datasets.md 3 */
const pictures = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".pgm", ".ppm", ".pnm"];
const volumes = [".nii", ".nrrd", ".mha", ".dcm", ".npy", ".npz", ".h5"];

export interface Name {
  /** The path without its ending: `a.b.png` → `a.b`, `labels/im0001.ah.ppm.gz` → `labels/im0001.ah`. */
  readonly stem: string;
  /** What the ending says; `other` where it is not in the list. */
  readonly kind: "picture" | "volume" | "other";
}

/** Cuts the ending off a path by the list, whatever its case. */
export function nameOf(path: string): Name {
  const plain = path.toLowerCase().replace(/\.gz$/, "");
  const ending = (list: readonly string[]): string | undefined => list.find((one) => plain.endsWith(one) && plain.length > one.length);
  const [picture, volume] = [ending(pictures), ending(volumes)];
  const cut = picture ?? volume;
  return {
    stem: cut === undefined ? path : path.slice(0, plain.length - cut.length),
    kind: picture !== undefined ? "picture" : volume !== undefined ? "volume" : "other",
  };
}
