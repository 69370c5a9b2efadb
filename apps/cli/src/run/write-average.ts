import { stringify } from "yaml";
import { readEvents, runPaths, sha256OfJson, writeAtomic, writeResults, type Results } from "@segdistill/core";
import type { Json } from "@segdistill/core/contract";
import { curvesOf, report } from "@segdistill/report";
import { join } from "node:path";
import type { Resolved } from "../config/configure.js";
import { averageResults } from "./average-seeds.js";

/** results.json and report.html of several seeds in the folder above theirs; curves are those of the first seed. */
export const writeAverage = async (base: string, all: readonly Results[], config: Resolved): Promise<Results> => {
  const paths = runPaths(base);
  const averaged = averageResults(all, config.evaluate.metrics, sha256OfJson(config as unknown as Json));
  const first = runPaths(join(base, `seed-${all[0]!.seed}`));
  const page = report({
    results: averaged,
    seeds: all.map(({ seed }) => seed),
    curves: curvesOf(readEvents(first.events)),
    shown: {},
    configuration: stringify(config),
  });
  await writeAtomic(paths.report, page);
  await writeResults(paths.results, averaged);
  return averaged;
};
