import { readdirSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { folderOwner } from "@segdistill/core";
import { notARun, runIsLink, runIsRunning } from "./errors.js";
import { triesFolder } from "../sweep/neighbours.js";
import { isRun, kindOf, runsIn } from "./find-runs.js";

/** What the seeds of one configuration have beside their folders. */
const ofSeeds = new Set(["results.json", "report.html", "choice.json", triesFolder]);

/** The run folders that removing a path takes away: itself, or the seeds in it where it holds nothing else. Throws runs/link, runs/not-a-run, runs/running. */
export const runsToRemove = (path: string): readonly string[] => {
  const kind = kindOf(path);
  if (kind === "link") throw runIsLink(path);
  const runs = runsIn(path, 1);
  if (runs.length === 0) throw notARun(path);
  if (!isRun(path)) {
    const others = readdirSync(path).filter((name) => !ofSeeds.has(name) && !runs.includes(join(path, name)));
    if (others.length > 0) throw notARun(path, others);
  }
  refuseRunning(runs);
  return runs;
};

/** Removes a run folder, or one of several seeds. It is renamed first, so that none is ever seen in part, and links in it are removed, never followed. */
export const removeRun = async (path: string): Promise<void> => {
  runsToRemove(path);
  const whole = resolve(path);
  const aside = join(dirname(whole), `.${basename(whole)}.removed-${process.pid}`);
  renameSync(whole, aside);
  try {
    refuseRunning(runsIn(aside, 1)); // somebody may have begun in between
  } catch (e) {
    renameSync(aside, whole);
    throw e;
  }
  await rm(aside, { recursive: true });
};

const refuseRunning = (runs: readonly string[]): void => {
  for (const run of runs) {
    const owner = folderOwner(run);
    if (owner) throw runIsRunning(run, owner.pid, owner.host);
  }
};
