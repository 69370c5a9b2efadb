import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { choosePrecision, startEngine, type Precision } from "@segdistill/backend";
import { readEnvironment, readRunFolder, runPaths } from "@segdistill/core";
import { check } from "../config/check.js";
import type { Resolved } from "../config/configure.js";
import { configuration } from "../config/schema.js";
import { neitherRunNorStudent, nothingToEvaluate } from "./errors.js";
import type { Common } from "../program.js";
import { detectRoots } from "../run/detect-roots.js";
import { measureStudents, type NamedStudent } from "../run/measure-students.js";
import { openPart, type Looking, type Part } from "../run/open-data.js";
import { openStudent } from "../run/open-student.js";
import { rootsOf } from "../run/roots.js";
import { secondObserver } from "../run/second-observer.js";
import { unitsOf } from "../run/units.js";
import { stopping } from "../stopping.js";
import { onScreen } from "../terminal/progress.js";
import { resultsTable } from "../terminal/results-table.js";
import { write, writeJson } from "../terminal/write.js";
import { fetchedLibrary } from "./setup.js";

export interface EvaluateOptions extends Common {
  readonly data: readonly string[];
}

type Entries = Readonly<Record<string, Resolved["data"]["test"][string]>>;

/** What is measured on: for every `--data` name the run's test set of that name, else the data set of that name, whole; without any, the run's own test sets. */
export const entriesOf = (names: readonly string[], tests: Entries): Entries => {
  if (names.length === 0) return tests;
  const entry = (name: string): Entries[string] =>
    tests[name] ?? Object.values(tests).find(({ use }) => use === name) ?? { use: name, split: "all", unseen: true };
  return Object.fromEntries(names.map((name) => [name, entry(name)]));
};

/** Students of a run or the one student, with the run's configuration where there is one. */
const opened = async (of: string) => {
  if (existsSync(join(of, "student.json"))) return { folders: [of], config: undefined };
  if (!existsSync(join(of, "students"))) throw neitherRunNorStudent(of);
  const view = await readRunFolder(of);
  const order = ["teacher", "baseline", "distilled"];
  const students = [...view.students].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return { folders: students.map((name) => view.paths.student(name)), config: checked(view.config, of) };
};

/** A run folder may come from a stranger: its configuration is checked as a written one is. */
const checked = (config: unknown, of: string): Pick<Resolved, "data" | "precision" | "evaluate"> =>
  check(configuration, config, { at: () => join(of, "config.json"), path: [] }) as Resolved;

/** The precision that a run's students were measured in, where this processor has a use for it; a run of `auto` says in its environment what that was. */
export const precisionOf = async (run: string, asked: Resolved["precision"], choose = choosePrecision): Promise<Precision> => {
  const had = asked === "auto" ? (await readEnvironment(runPaths(run).environment))?.precision.chosen : undefined;
  return had === "float32" ? had : (await choose(asked)).precision;
};

/** `segdistill evaluate`: nothing is written; a table, or with `--json` all that results.json would hold of the models. */
export const evaluate = async (of: string, options: EvaluateOptions): Promise<number> => {
  const show = onScreen(options.quiet === true || options.json === true);
  const { folders, config } = await opened(of);
  const roots = rootsOf(options.data);
  const entries = entriesOf([...roots.keys()], config?.data.test ?? {});
  if (Object.keys(entries).length === 0) throw nothingToEvaluate();
  const detected = await detectRoots(process.env["SEGDISTILL_DATA"]);
  const domains: Record<string, Part> = {};
  for (const [domain, entry] of Object.entries(entries)) {
    const root = roots.get(domain);
    const at = root === undefined ? join(of, "config.yaml") : `--data ${domain}`;
    const looking: Looking = {
      at: () => at,
      folder: process.cwd(),
      roots: root === undefined ? roots : new Map([[entry.use, root]]),
      detected: (name) => detected.get(name),
    };
    domains[domain] = await openPart(["data", "test", domain], entry, looking);
  }
  await fetchedLibrary(options, show);
  await startEngine();
  const precision = await precisionOf(of, config?.precision ?? "float32");
  const { metrics, at } = config?.evaluate ?? ({ metrics: ["dice", "iou", "sensitivity", "specificity", "auc"], at: "native" } as const);
  const stop = stopping(show.say);
  try {
    const students: NamedStudent[] = [];
    for (const folder of folders) students.push({ name: basename(folder), ...(await openStudent(folder)) });
    const models = await measureStudents(students, domains, { precision, at, metrics, show, signal: stop.signal });
    const humans = await secondObserver(domains, metrics, Object.values(domains)[0]!.set.classes.length);
    const data = Object.fromEntries(
      Object.entries(domains).map(([domain, { cases, unseen }]) => [
        domain,
        { fingerprint: "", cases: unitsOf(cases), groups: new Set(cases.map(({ group }) => group)).size, unseen },
      ]),
    );
    show.close();
    if (options.json) writeJson({ models, secondObserver: humans });
    else
      write(
        resultsTable(
          { data, models: { ...models, ...(Object.keys(humans).length > 0 && { "second observer": { domains: humans } }) }, gains: [] },
          metrics[0],
        ),
      );
    return 0;
  } finally {
    stop.close();
  }
};
