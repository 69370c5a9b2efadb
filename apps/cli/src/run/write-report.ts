import { readFile } from "node:fs/promises";
import { readEvents, writeAtomic, type Results, type RunPaths } from "@segdistill/core";
import type { Case, Mask } from "@segdistill/core/contract";
import { curvesOf, examplesOf, report, type ShownCase } from "@segdistill/report";
import sharp from "sharp";
import { openCase, predictCase, type Evaluating } from "./evaluate-cases.js";
import type { Domains, NamedModel } from "./measure-models.js";
import { eightBit } from "./overlay.js";
import { shownCase } from "./units.js";

/** The longest side of a picture in the report: larger ones are made smaller, so that the page stays small. */
const longest = 640;

/** report.html of a run: per domain the best, median and worst picture by the distilled student's first metric, as every model sees them. */
export const writeReport = async (
  paths: RunPaths,
  results: Results,
  models: readonly NamedModel[],
  domains: Domains,
  how: Evaluating,
): Promise<void> => {
  const shown: Record<string, readonly ShownCase[]> = {};
  const metric = how.metrics.includes("dice") ? "dice" : how.metrics[0]!;
  for (const [domain, { cases }] of Object.entries(domains)) {
    const chosen = examplesOf(results.models["distilled"]!.domains[domain]!.cases, metric);
    const all: ShownCase[] = [];
    for (const { rank, id } of chosen) all.push({ rank, id, ...(await seen(await shownCase(cases, id), models, how)) });
    shown[domain] = all;
  }
  const configuration = await readFile(paths.config, "utf8");
  await writeAtomic(paths.report, report({ results, curves: curvesOf(readEvents(paths.events)), shown, configuration }));
};

const seen = async (one: Case, models: readonly NamedModel[], how: Evaluating): Promise<Omit<ShownCase, "rank" | "id">> => {
  const predictions: Record<string, Mask> = {};
  const opened = await openCase(one, how);
  for (const { name, spec, forward } of models)
    predictions[name] = (await predictCase(opened, forward.logits, spec.multiple, how)).prediction;
  const { height, width, data } = eightBit(await one.image());
  const jpeg = await sharp(data, { raw: { height, width, channels: 3 } })
    .resize({ width: longest, height: longest, fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 85 })
    .toBuffer();
  return { truth: opened.truth, valid: opened.valid, picture: `data:image/jpeg;base64,${jpeg.toString("base64")}`, predictions };
};
