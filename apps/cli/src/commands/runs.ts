import { relative } from "node:path";
import type { Results } from "@segdistill/core";
import { noRuns, removeNeedsYes } from "./errors.js";
import { notARun } from "../run-list/errors.js";
import type { Common } from "../program.js";
import { describeRun, type RunInfo, type RunState } from "../run-list/describe-run.js";
import { isRun, kindOf, runsIn } from "../run-list/find-runs.js";
import { collect, garbageOf, type Garbage } from "../run-list/garbage.js";
import { removeRun, runsToRemove } from "../run-list/remove-run.js";
import { canAsk, confirmed } from "../terminal/ask.js";
import { bytes } from "../terminal/bytes.js";
import { table } from "../terminal/table.js";
import { columnsOf, write, writeJson } from "../terminal/write.js";

export interface GcOptions extends Common {
  readonly dryRun?: boolean;
  readonly finished?: boolean;
}

const percent = (share: number): string => `${Math.floor(100 * share)} %`;
const stateText = (state: RunState): string => {
  if (state.kind === "done") return "done";
  if (state.kind === "damaged") return `damaged: ${state.why}`;
  const { stage, share } = state;
  const where = stage === null ? "before its first stage" : share === 1 ? `after ${stage}` : `at ${percent(share)} of ${stage}`;
  return state.kind === "stopped" ? `stopped ${where}` : `running ${where} (process ${state.pid} on ${state.host})`;
};
const diceText = (dice: number | null | undefined): string => (typeof dice === "number" ? dice.toFixed(3) : "–");
/** The day and the minute; a list needs no more. */
const when = (iso: string): string => iso.slice(0, 16).replace("T", " ");
const told = ({ results, ...info }: RunInfo): object => ({ ...info, ...(results && { finished: results.finished }) });

/** `segdistill runs list`: every run in a folder and one below it. */
export const listRuns = async (folder: string, { json }: Common): Promise<number> => {
  if (kindOf(folder) === "nothing") throw noRuns(folder);
  const all = await Promise.all(runsIn(folder).map(describeRun));
  if (json) {
    writeJson(all.map(told));
    return 0;
  }
  const rows = all.map((run) => [
    relative(folder, run.path) || run.path,
    run.seed === null ? "–" : String(run.seed),
    run.state.kind === "damaged" ? "damaged" : stateText(run.state),
    diceText(Object.values(run.dice)[0]),
    bytes(run.bytes),
    when(run.date),
  ]);
  write(
    rows.length === 0 ? `no run in ${folder}\n` : table([["run", "seed", "state", "dice", "size", "date (UTC)"], ...rows], 3, columnsOf()),
  );
  return 0;
};

/** `segdistill runs show`: one run with its stages and scores. */
export const showRun = async (path: string, { json }: Common): Promise<number> => {
  if (!isRun(path)) throw notARun(path);
  const info = await describeRun(path);
  if (json) {
    writeJson(told(info));
    return 0;
  }
  const facts = [
    ["name", info.name ?? "–"],
    ["seed", String(info.seed ?? "–")],
    ["state", stateText(info.state)],
    ["date", `${when(info.date)} UTC`],
    ["size", bytes(info.bytes)],
    ...info.stages.map(({ stage, step, steps, done }) => [`stage ${stage}`, done ? `done, ${steps} steps` : `step ${step} of ${steps}`]),
  ];
  write(table(facts, 2, Infinity));
  if (info.results) write(`\n${scores(info.results)}`);
  return 0;
};

/** Mean Dice by model and domain. */
const scores = ({ models, data }: Results): string => {
  const domains = Object.keys(data);
  const rows = Object.entries(models).map(([name, model]) => [
    name,
    ...domains.map((domain) => {
      const dice = model.domains[domain]?.mean["dice"];
      return diceText(typeof dice === "number" ? dice : null);
    }),
  ]);
  return table([["dice", ...domains], ...rows], 1, columnsOf());
};

/** `segdistill runs remove`: asks on a terminal, needs `--yes` elsewhere. */
export const removeRuns = async (
  paths: readonly string[],
  { json, yes }: Common,
  ask = canAsk() ? confirmed : undefined,
): Promise<number> => {
  const runs = paths.flatMap(runsToRemove); // all are checked before the first is touched
  if (yes !== true) {
    if (!ask) throw removeNeedsYes(paths);
    const all = await Promise.all(runs.map(describeRun));
    for (const run of all) write(`${run.path}  ${stateText(run.state)}  ${bytes(run.bytes)}\n`);
    if (!(await ask(`Remove ${runs.length === 1 ? "this run" : `these ${runs.length} runs`} with students and results?`))) {
      write("Nothing was removed.\n");
      return 0;
    }
  }
  for (const path of paths) await removeRun(path);
  if (json) writeJson({ removed: runs });
  else write(`${runs.map((run) => `${run} is removed.`).join("\n")}\n`);
  return 0;
};

/** `segdistill runs gc`: shows what can go; removes it with `--yes`, or where somebody on a terminal agrees. A run that cannot be read is told of and left alone. */
export const gcRuns = async (folder: string, options: GcOptions, ask = canAsk() ? confirmed : undefined): Promise<number> => {
  if (kindOf(folder) === "nothing") throw noRuns(folder);
  const { json, finished } = options;
  const damaged: { readonly run: string; readonly why: string }[] = [];
  const inEach = (runs: readonly string[], act: (run: string) => Promise<readonly Garbage[]>): Promise<readonly OfRun[]> =>
    Promise.all(
      runs.map(async (run) => {
        try {
          return { run, garbage: await act(run) };
        } catch (e) {
          const why = e instanceof Error ? e.message : String(e);
          damaged.push({ run, why });
          if (!json) write(`${run}  is left alone: ${why}\n`);
          return { run, garbage: [] };
        }
      }),
    );
  const all = (await inEach(runsIn(folder), (run) => garbageOf(run, finished))).filter(({ garbage }) => garbage.length > 0);
  if (!json) {
    for (const { run, garbage } of all) for (const one of garbage) write(`${run}  ${one.why}  ${bytes(one.bytes)}\n`);
    write(
      all.length === 0
        ? "Nothing can go.\n"
        : `${bytes(sizeOf(all))} in checkpoints that nothing needs any more; students, results and events stay.\n`,
    );
  }
  const wanted = options.dryRun !== true && all.length > 0;
  const go = wanted && (options.yes === true || (json !== true && ask !== undefined && (await ask("Remove them?"))));
  const asked = new Map(all.map(({ run, garbage }) => [run, garbage]));
  const gone = go ? await inEach([...asked.keys()], (run) => collect(run, asked.get(run)!, finished)) : all;
  const kept = all
    .filter(({ garbage }, i) => gone[i]!.garbage.length < garbage.length)
    .map(({ run }) => run)
    .filter((run) => !damaged.some((one) => one.run === run));
  if (json) {
    const runs = gone.filter(({ garbage }) => garbage.length > 0);
    writeJson({ removed: go, bytes: sizeOf(gone), runs, ...(kept.length > 0 && { kept }), ...(damaged.length > 0 && { damaged }) });
  } else if (!go && all.length > 0) write(`Nothing was removed${wanted && !ask ? "; --yes does it" : ""}.\n`);
  else if (go) {
    for (const run of kept) write(`${run}  has changed meanwhile, or somebody works on it: what is needed there now stays.\n`);
    write(kept.length === 0 ? "They are removed.\n" : `${bytes(sizeOf(gone))} are removed.\n`);
  }
  return 0;
};

interface OfRun {
  readonly run: string;
  readonly garbage: readonly Garbage[];
}
const sizeOf = (all: readonly OfRun[]): number => all.flatMap(({ garbage }) => garbage).reduce((sum, one) => sum + one.bytes, 0);
