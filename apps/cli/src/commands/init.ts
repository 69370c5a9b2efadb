import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { writeAtomic } from "@segdistill/core";
import type { DataSet } from "@segdistill/core/contract";
import { configure } from "../config/configure.js";
import { isOwnSchema } from "../config/json-schema.js";
import { parseSource } from "../config/read.js";
import { fileExists, foreignSchema, noDataFolder } from "./errors.js";
import { isUserError } from "../errors.js";
import { noSuchSplit } from "../run/errors.js";
import { draft, type Draft } from "../init/draft.js";
import type { Common } from "../program.js";
import { installedPackages, type Offering } from "../resolve/offerings.js";
import { find, type Kind } from "../resolve/offers.js";
import { optionList } from "../resolve/option-list.js";
import { make } from "../resolve/options.js";
import { asked, canAsk } from "../terminal/ask.js";
import { write, writeJson } from "../terminal/write.js";
import { schemaText } from "./schema.js";

export interface InitOptions extends Common {
  readonly data?: string;
  readonly teacher?: string;
  readonly student?: string;
  readonly name?: string;
}
const schemaName = "segdistill.schema.json";
const nowhere = { at: () => "init", path: [] };

/** `segdistill init`: a commented configuration and the schema beside it. What is not given by flags is asked on a terminal, three questions at most, and has a default. */
export const init = async (file: string, options: InitOptions, ask = canAsk() ? asked : undefined): Promise<number> => {
  const folder = dirname(resolve(file));
  const schemaFile = join(folder, schemaName);
  if (existsSync(file)) throw fileExists("init", file);
  if (existsSync(schemaFile) && !isOwnSchema(readFileSync(schemaFile, "utf8"))) throw foreignSchema(schemaFile);
  const here = process.cwd(); // packages of the project that the user works in, wherever the file goes
  const offerings = (await installedPackages(here)).flatMap((one) => one.offerings);
  const names = (kind: Kind): readonly string[] => offerings.filter((one) => one.kind === kind).map(({ uses }) => uses[0]);
  const answer = async (given: string | undefined, question: string, fallback: string): Promise<string> =>
    given ?? (ask && options.yes !== true ? await ask(question, fallback) : fallback);
  const data = await answer(options.data, `Data: a folder of yours, or ${names("datasets").join(", ")}`, "phantoms");
  const networks = names("networks").join(", ");
  const teacher = await answer(options.teacher, `Teacher, the large network: ${networks}`, "u-net");
  const student = await answer(options.student, `Student, the small network: ${networks}`, "mobile-u-net");
  for (const [flag, use] of [
    ["--teacher", teacher],
    ["--student", student],
  ] as const)
    await find("networks", use, here, `${flag} ${use}`);

  const { use, root, set } = await dataOf(data, here, names("datasets"));
  const of = (kind: Kind, name: string) => optionList(offeringOf(offerings, kind, name)?.options ?? {});
  const text = draft({
    name: options.name ?? basename(file, extname(file)).replace(/[^A-Za-z0-9._-]/g, "-"),
    schema: `./${schemaName}`,
    data: use,
    root: root && (relative(process.cwd(), root) || "."),
    splits: splitsOf(use, set),
    picture: set ? await pictureOf(set) : null,
    teacher,
    student,
    options: { data: of("datasets", use), teacher: of("networks", teacher), student: of("networks", student) },
  });
  configure(parseSource(text, file)); // what is written passes what will read it, or is not written
  const schema = await schemaText(here);
  await writeAtomic(resolve(schemaFile), schema.text);
  await writeAtomic(resolve(file), text);
  const next = `segdistill run ${file}${root === null ? "" : ` --data ${use}=${relative(process.cwd(), root) || "."}`}`;
  if (options.json) writeJson({ config: file, schema: schemaFile, next });
  else write(`${file} is written, and its schema beside it.\nnext  ${next}\n`);
  return 0;
};

const offeringOf = (offerings: readonly Offering[], kind: Kind, use: string): Offering | undefined =>
  offerings.find((one) => one.kind === kind && one.uses.includes(use));

/** The data set that was meant: by its name, or the one that recognises a folder; opened where its data are at hand. */
const dataOf = async (
  given: string,
  folder: string,
  known: readonly string[],
): Promise<{ use: string; root: string | null; set: DataSet | null }> => {
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  const recognised = isFolder ? await (await import("@segdistill/datasets")).detect(resolve(given)) : undefined;
  if (
    recognised === undefined &&
    (isFolder || /[/\\]/.test(given.replace(/^@[^/]+\//, "")) || !(known.includes(given) || given.startsWith("@")))
  )
    throw noDataFolder(given, known);
  const use = recognised ?? given;
  const root = recognised === undefined ? null : resolve(given);
  const found = await find("datasets", use, folder, `--data ${given}`);
  try {
    return { use, root, set: await make(found.offered, {}, nowhere).made(root ?? undefined) };
  } catch (e) {
    // A set of a name alone lies somewhere else: a first configuration can be written all the same.
    if (root === null && isUserError(e)) return { use, root, set: null };
    throw e;
  }
};

const splitsOf = (use: string, set: DataSet | null): Draft["splits"] => {
  const has = (name: string): boolean => set === null || (set.splits[name]?.length ?? 0) > 0;
  for (const needed of ["train", "test"]) if (!has(needed)) throw noSuchSplit(`--data ${use}`, use, needed, Object.keys(set!.splits));
  return { train: "train", validation: has("validation") ? "validation" : null, test: "test" };
};

const pictureOf = async (set: DataSet): Promise<Draft["picture"]> => {
  const { height, width, channels, data } = await set.cases[0]!.image();
  return { height, width, channels, bits: data instanceof Uint8Array ? 8 : 16 };
};
