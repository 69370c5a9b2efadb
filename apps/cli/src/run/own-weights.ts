import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { within } from "../config/extends.js";
import type { Source } from "../config/read.js";
import { weightsOutside } from "./errors.js";
import { projectFolder } from "../resolve/project.js";

/**
 * The files that `teacher.weights` names must lie in the project of the configuration, links followed, as what it extends must: a configuration from a stranger
 * reads nothing else. A path that the user gave with `--set` may lead anywhere. Throws run/weights-outside. [ours]
 */
export const refuseOutside = (
  source: Source,
  weights: string | { readonly file: string; readonly names: string } | undefined,
  folder: string,
): void => {
  if (weights === undefined) return;
  const here = ["teacher", "weights"];
  const inside = projectFolder(folder);
  const files =
    typeof weights === "string"
      ? [[here, weights] as const]
      : (["file", "names"] as const).map((key) => [[...here, key], weights[key]] as const);
  for (const [place, asked] of files) {
    if (source.isGiven(place)) continue;
    const path = resolve(folder, asked);
    // A file that is not there is told of later, in its own words.
    const isInside = existsSync(path) ? within(realpathSync(inside), realpathSync(path)) : within(inside, path);
    if (!isInside) throw weightsOutside(source.at(here), asked, inside);
  }
};
