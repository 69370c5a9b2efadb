import type { DataSet } from "@segdistill/core/contract";

/** Fingerprints of data sets, each asked for once: every byte of it is read. */
export const fingerprints = (): ((set: DataSet) => Promise<string>) => {
  const known = new Map<DataSet, Promise<string>>();
  return (set) => known.get(set) ?? known.set(set, set.fingerprint()).get(set)!;
};
