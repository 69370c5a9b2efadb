// Stub by the lead until the library part is written: overwrite it.
export interface Library {
  readonly folder: string;
  readonly cc: string;
  readonly framework: string;
  readonly version: string;
  readonly source: string;
}
export async function findLibrary(options: { readonly folder?: string } = {}): Promise<Library | null> {
  const folder = options.folder ?? process.env["SEGDISTILL_TENSORFLOW"];
  await Promise.resolve();
  return folder
    ? {
        folder,
        cc: `${folder}/libtensorflow_cc.so.2`,
        framework: `${folder}/libtensorflow_framework.so.2`,
        version: "2.21.0",
        source: "SEGDISTILL_TENSORFLOW",
      }
    : null;
}
export const searchedPlaces = (_: { readonly folder?: string } = {}): string[] => ["SEGDISTILL_TENSORFLOW"];
