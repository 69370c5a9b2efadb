import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { projectFolder, within } from "../config/extends.js";
import type { Source } from "../config/read.js";
import { weightsOutside } from "../errors.js";

/**
 * The files that `teacher.weights` names must lie in the project of the configuration, links followed, as what it extends must: a configuration from a stranger
 * reads nothing else. A path that the user gave with `--set` may lead anywhere. Throws run/weights-outside. [ours]
 */
export const refuseOutside = (
  source: Source,
  weights: string | { readonly file: string; readonly names: string } | undefined,
  folder: string,
): void => {
  const at = source.at(["teacher", "weights"]);
  if (weights === undefined || at.startsWith("--set ")) return;
  const inside = projectFolder(folder);
  for (const asked of typeof weights === "string" ? [weights] : [weights.file, weights.names]) {
    const path = resolve(folder, asked);
    // A file that is not there is told of later, in its own words.
    const isInside = existsSync(path) ? within(realpathSync(inside), realpathSync(path)) : within(inside, path);
    if (!isInside) throw weightsOutside(at, asked, inside);
  }
};
