import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runPaths, type Results } from "@segdistill/core";
import { kindOf } from "../run-list/find-runs.js";
import { compareScores, type ScoreCompared } from "./compare-scores.js";
import { compareWeights, type WeightsCompared } from "./compare-weights.js";
import { differing } from "./differing.js";

/** A run and its repetition. */
export interface Verdict {
  readonly run: string;
  readonly reproduced: string;
  readonly seed: number;
  /** Weights of every student byte for byte, and every score number for number. */
  readonly equal: boolean;
  readonly students: readonly WeightsCompared[];
  readonly scores: readonly ScoreCompared[];
  /** What of environment, data and configuration differs, whether it mattered or not. */
  readonly differing: readonly string[];
}

/** Compares a finished run with its repetition. Throws what reading their files throws. */
export const verdictOn = async (
  [run, there]: readonly [folder: string, Results],
  [reproduced, here]: readonly [folder: string, Results],
): Promise<Verdict> => {
  const names = [...new Set([run, reproduced].flatMap((folder) => studentsOf(runPaths(folder).students)))].sort();
  const students: WeightsCompared[] = [];
  for (const name of names)
    students.push(await compareWeights(name, join(runPaths(run).students, name), join(runPaths(reproduced).students, name)));
  const scores = compareScores(there, here);
  const equal = [...students, ...scores].every((one) => one.equal);
  return { run, reproduced, seed: there.seed, equal, students, scores, differing: differing(there, here) };
};

const studentsOf = (folder: string): readonly string[] => (kindOf(folder) === "folder" ? readdirSync(folder) : []);

/** A verdict in words: file by file, set by set; where something differs, by how much, and what of the environment is not the same. */
export const verdictText = ({ run, reproduced, equal, students, scores, differing }: Verdict): string => {
  const groups = [...new Set(scores.map(({ model, domain }) => `${model} on ${domain}`))];
  const lines = [
    ...students.map((one) => `${join("students", one.student, "weights.safetensors")}  ${weightsWords(one)}`),
    ...groups.flatMap((group) => {
      const of = scores.filter(({ model, domain }) => `${model} on ${domain}` === group);
      const other = of.filter((one) => !one.equal);
      return other.length === 0
        ? [`scores of ${group}  equal, number for number (${of.map(({ metric }) => metric).join(", ")})`]
        : other.map((one) => `scores of ${group}  ${one.metric} differs${scoreWords(one)}`);
    }),
  ];
  const conclusion = equal
    ? `${reproduced} repeats ${run} exactly: the bytes of all weights and all scores are equal.`
    : `${reproduced} does not repeat ${run} exactly.`;
  const environment =
    differing.length > 0
      ? [`\nWhat is not the same${equal ? ", and made no difference" : ""}:`, ...differing.map((line) => `  ${line}`)]
      : equal
        ? []
        : ["\nConfiguration, data, code and machine are recorded as the same; what made the difference is not known."];
  return [...lines, "", conclusion, ...environment].map((line) => `${line}\n`).join("");
};

const weightsWords = ({ equal, largest, reason }: WeightsCompared): string =>
  equal
    ? "equal, byte for byte"
    : largest
      ? `differ by up to ${largest.difference.toPrecision(3)} (${largest.tensor})`
      : `differ: ${reason ?? "not known how"}`;

const scoreWords = ({ largest }: ScoreCompared): string =>
  largest?.difference == null
    ? `: one side has no number (${largest?.of ?? "all"})`
    : ` by up to ${largest.difference.toPrecision(3)} (${largest.of})`;
