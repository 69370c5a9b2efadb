import { format } from "node:util";
import { volumeUnreadable } from "./errors.js";

/** Voxels as the library holds them. */
export type Voxels = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** An image as the library gives it: positions in mm with x to the patient's left, y to the back, z to the head; the first axis of `size` is the fastest in `data`. */
export interface ItkImage {
  readonly imageType: {
    readonly dimension: number;
    readonly componentType: string;
    readonly pixelType: string;
    readonly components: number;
  };
  readonly name: string;
  readonly origin: readonly number[];
  readonly spacing: readonly number[];
  /** Row-major; column k is where axis k points. */
  readonly direction: Float64Array;
  readonly size: readonly number[];
  readonly metadata: ReadonlyMap<string, unknown>;
  /** Null where only the header was read. */
  readonly data: Voxels | null;
}

type Read = (
  path: string,
  options?: { readonly informationOnly?: boolean },
) => Promise<{ readonly couldRead: boolean; readonly image: ItkImage }>;
interface ImageIo {
  readonly niftiReadImageNode: Read;
  readonly nrrdReadImageNode: Read;
  readonly metaReadImageNode: Read;
  readonly niftiWriteImageNode: (image: ItkImage, path: string) => Promise<{ readonly couldWrite: boolean }>;
}

/** What is used of the package; its decoders are WebAssembly files that lie beside its scripts. Loaded when first needed: it takes a tenth of a second. */
async function imageIo(): Promise<ImageIo> {
  // @ts-expect-error The package (1.6.1) names a file of types that it does not ship.
  return (await import("@itk-wasm/image-io")) as ImageIo;
}

let last: Promise<unknown> = Promise.resolve();

/** One call of the library at a time, so that memory stays bounded; what it prints on the console is taken for the message instead. */
function quietly<T>(path: string, call: () => Promise<T>): Promise<T> {
  const turn = last.then(async () => {
    const said: string[] = [];
    const own = { log: console.log, warn: console.warn, error: console.error };
    console.log = console.warn = console.error = (...words: unknown[]) => void said.push(format(...words));
    try {
      return await call();
    } catch {
      // It throws numbers, or an error that holds what it printed.
      throw volumeUnreadable(path, reasonFrom(said.join("\n")));
    } finally {
      Object.assign(console, own);
    }
  });
  last = turn.catch(() => undefined);
  return turn;
}

const reasonFrom = (said: string): string =>
  /scales in sform|orthonormal/.test(said)
    ? "an affine whose axes are not at right angles"
    : "bytes that the decoder does not take (another format, damaged, or broken off)";

type Format = "nifti" | "nrrd" | "meta";
const formats: readonly (readonly [RegExp, Format])[] = [
  [/\.nii(\.gz)?$/i, "nifti"],
  [/\.nrrd$/i, "nrrd"],
  [/\.mha$/i, "meta"],
];

/**
 * Reads a NIfTI, NRRD or MetaImage file, told by its ending, or only its header. scl_slope and scl_inter are applied.
 *
 * @throws volume-unreadable
 */
export async function readItk(path: string, { headerOnly = false } = {}): Promise<ItkImage> {
  const found = formats.find(([ending]) => ending.test(path))?.[1];
  if (found === undefined) throw volumeUnreadable(path, "another ending");
  const io = await imageIo();
  const read = { nifti: io.niftiReadImageNode, nrrd: io.nrrdReadImageNode, meta: io.metaReadImageNode }[found];
  const { couldRead, image } = await quietly(path, () => read(path, { informationOnly: headerOnly }));
  if (!couldRead) throw volumeUnreadable(path, reasonFrom(""));
  return image;
}

/** Writes a NIfTI file. */
export async function writeItk(path: string, image: ItkImage): Promise<void> {
  const { niftiWriteImageNode } = await imageIo();
  await quietly(path, () => niftiWriteImageNode(image, path));
}

/** Reads DICOM files as one volume: in order of position where they are of one series, else as they are given (`isSorted`). Rescale slope and intercept are applied. */
export async function readItkSeries(
  folder: string,
  files: readonly string[],
  isSorted: boolean,
): Promise<{ readonly image: ItkImage; readonly order: readonly string[] }> {
  const { readImageDicomFileSeriesNode } = await import("@itk-wasm/dicom");
  const found = await quietly(folder, () => readImageDicomFileSeriesNode({ inputImages: [...files], singleSortedSeries: isSorted }));
  return { image: found.outputImage as unknown as ItkImage, order: found.sortedFilenames as unknown as readonly string[] };
}

/** The wanted tags of a DICOM file, such as `0020|0032`, as text. */
export async function readItkTags(file: string, tags: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { readDicomTagsNode } = await import("@itk-wasm/dicom");
  const found = await quietly(file, () => readDicomTagsNode(file, { tagsToRead: { tags: [...tags] } }));
  return new Map((found.tags as unknown as readonly (readonly [string, string])[]).map(([tag, value]) => [tag, value.trim()]));
}
