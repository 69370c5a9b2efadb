import { existsSync } from "node:fs";
import { readResults, runPaths, sha256OfJson, type Results } from "@segdistill/core";
import type { Json } from "@segdistill/core/contract";

/** What a run is made from. */
export interface MadeFrom {
  readonly config: Json;
  /** Fingerprints by test domain. */
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** The results in a folder, if the run there has ended and was made from the same configuration, data and code; else null. */
export const finishedResults = async (folder: string, { config, fingerprints, versions }: MadeFrom): Promise<Results | null> => {
  const paths = runPaths(folder);
  if (!existsSync(paths.results) || !existsSync(paths.report)) return null;
  const results = await readResults(paths.results).catch(() => null); // a damaged one is written anew
  if (results?.config !== sha256OfJson(config)) return null;
  const sameData = Object.entries(fingerprints).every(([domain, fingerprint]) => results.data[domain]?.fingerprint === fingerprint);
  const sameCode = Object.entries(versions).every(([name, version]) => results.environment.packages[name] === version);
  return sameData && sameCode ? results : null;
};
