import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import type { CompareRunsOptions } from "./commands/compare.js";
import type { EvaluateOptions } from "./commands/evaluate.js";
import type { ExplainOptions } from "./commands/explain.js";
import type { FrechetOptions } from "./commands/frechet.js";
import type { InitOptions } from "./commands/init.js";
import type { PredictOptions } from "./commands/predict.js";
import type { ProfileOptions } from "./commands/profile.js";
import type { ReproduceOptions } from "./commands/reproduce.js";
import type { RunOptions } from "./commands/run.js";
import type { GcOptions } from "./commands/runs.js";
import type { SchemaOptions } from "./commands/schema.js";
import type { SetupOptions } from "./commands/setup.js";
import { isUserError } from "./errors.js";
import { visible } from "./terminal/write.js";
import { write } from "./terminal/write.js";

/** What every command may be given. */
export interface Common {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly yes?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect as never).default([], "none");

/** The commands; what one needs is loaded when it runs, so that help and errors answer at once. */
export const program = (finished: (code: number) => void): Command => {
  const cli = new Command("segdistill")
    .description("Distils a large medical segmentation network into a small one.")
    .version(version())
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(segdistill --help lists the commands)");
  const command = (name: string, description: string, of = cli, settings = {}): Command =>
    of
      .command(name, settings)
      .description(description)
      .option("--json", "one JSON object on standard output")
      .option("--quiet", "no progress");
  const whole = (value: string): number => Number(value);

  command("run <config>", "train teacher, baseline and student, evaluate them, write a report")
    .option("--run <dir>", "run folder (default: runs/<name>)")
    .addOption(several("--data <name=path>", "where a data set lies; may be given several times"))
    .addOption(several("--set <a.b=value>", "change the configuration; may be given several times"))
    .option("--resume", "go on with a stopped run; refused where there is none")
    .option("--seed <n>", "seed of this run", whole)
    .addOption(new Option("--inspect <what>", "tell how the terms pull at the networks, once an epoch").choices(["gradients"]))
    .option("--jobs <n>", "of a sweep, so many runs at once (default: 1)", whole)
    .option("--entry <name>", "of a sweep, this entry alone")
    .option("--yes", "do not ask before a download")
    .action(async (config: string, options: RunOptions) => finished(await (await import("./commands/run.js")).run(config, options)));
  command("evaluate <run-or-student>", "measure trained networks on data sets")
    .addOption(several("--data <name=path>", "a data set and where it lies; may be given several times"))
    .option("--yes", "do not ask before a download")
    .action(async (of: string, options: EvaluateOptions) => finished(await (await import("./commands/evaluate.js")).evaluate(of, options)));
  command("compare <run...>", "finished runs in one table, with differences, intervals and tests")
    .addOption(
      new Option("--format <format>", "how it is written (default: by the file's ending)").choices([
        "markdown",
        "csv",
        "latex",
        "html",
        "svg",
      ]),
    )
    .option("--metric <name>", "what is compared (default: dice)")
    .option("--against <name>", 'a run, a model, or "<run>/<model>" (default: each run\'s own baseline)')
    .option("-o, --out <file>", "a file instead of standard output")
    .action(async (runs: string[], options: CompareRunsOptions) =>
      finished(await (await import("./commands/compare.js")).compareRuns(runs, options)),
    );
  command("reproduce <run>", "repeat a finished run in a fresh folder, and say whether the bytes are equal")
    .option("--run <dir>", "where the repetition goes (default: <run>-reproduced)")
    .addOption(several("--data <name=path>", "where a data set lies; may be given several times"))
    .addOption(several("--set <teacher.weights=path>", "where the teacher's weights lie, if outside of the project"))
    .option("--from <folder>", "where the configuration lay: paths in it are taken from there (default: the working folder)")
    .option("--resume", "go on with a repetition that was stopped")
    .option("--yes", "do not ask before a download")
    .action(async (run: string, options: ReproduceOptions) =>
      finished(await (await import("./commands/reproduce.js")).reproduce(run, options)),
    );
  command(
    "predict <student> <input>",
    "masks and overlays of pictures, labels of volumes (.nii, .nii.gz, .nrrd, .mha, DICOM); a file or a folder",
  )
    .requiredOption("-o, --out <dir>", "where the results go")
    .option(
      "--window <from,to>",
      "of volumes: makes 8 bits of HU (--window=-100,240) or percentiles (--window=1%,99%) before the student's own preparation",
    )
    .option("--channel <n>", "of volumes with several channels: which one", whole)
    .option("--yes", "do not ask before a download")
    .action(async (student: string, input: string, options: PredictOptions) =>
      finished(await (await import("./commands/predict.js")).predict(student, input, options)),
    );
  command("setup", "fetch the TensorFlow library")
    .option("--from <path>", "a wheel, or a folder that holds the libraries, instead of a download")
    .option("--gpu", "the build with GPU kernels")
    .option("--dry-run", "say what would be done")
    .option("--yes", "do not ask before a download")
    .action(async (options: SetupOptions) => finished(await (await import("./commands/setup.js")).setup(options)));
  command("doctor", "what this machine has and what is missing")
    .option("--verbose", "all of it")
    .action(async (options: Common & { readonly verbose?: boolean }) =>
      finished(await (await import("./commands/doctor.js")).doctor(options)),
    );
  command("init [config]", "write a first configuration and the schema for editors")
    .option("--data <name|folder>", "a data set, or a folder of pictures and masks")
    .option("--teacher <network>", "the large network")
    .option("--student <network>", "the small network")
    .option("--name <name>", "name of the run (default: that of the file)")
    .option("--yes", "ask nothing: defaults for what is not given")
    .action(async (config: string | undefined, options: InitOptions) =>
      finished(await (await import("./commands/init.js")).init(config ?? "segdistill.yaml", options)),
    );
  command("explain <config>", "what a configuration will do: stages, networks, terms, time and memory")
    .addOption(several("--data <name=path>", "where a data set lies; may be given several times"))
    .addOption(several("--set <a.b=value>", "change the configuration; may be given several times"))
    .option("--entry <name>", "of a sweep, this entry (default: the first)")
    .option("--html <file>", "also as a page with a diagram")
    .option("--no-probe", "leave out the two steps of every stage: no time, and memory from a trace")
    .option("--yes", "do not ask before a download")
    .action(async (config: string, options: ExplainOptions) =>
      finished(await (await import("./commands/explain.js")).explain(config, options)),
    );
  command("profile <config>", "where the time of a run's steps goes, by operator and by layer")
    .addOption(several("--data <name=path>", "where a data set lies; may be given several times"))
    .addOption(several("--set <a.b=value>", "change the configuration; may be given several times"))
    .option("--stage <name>", "this stage alone (default: all of them)")
    .option("--rows <n>", "rows of a table at most", whole, 15)
    .option("--yes", "do not ask before a download")
    .addOption(new Option("--primitives").hideHelp())
    .action(async (config: string, options: ProfileOptions) =>
      finished(await (await import("./commands/profile.js")).profile(config, options)),
    );
  command(
    "frechet <paths...>",
    "Fréchet semantic distances: of a run's latent vectors; of several runs', beside Dice; or of two files of latents (.npy, .safetensors, .csv; one row a picture)",
  )
    .addOption(
      new Option(
        "--reading <which>",
        "of two files, which sets they are: align (aligned, semantic), domain (source, target), pred (predicted, truth)",
      ).choices(["align", "domain", "pred"]),
    )
    .addOption(new Option("--shrink <how>", "covariances of few rows (default: none)").choices(["none", "identity", "ledoit-wolf"]))
    .option("--pca <n>", "so many principal components of both files together (default: all dimensions)", whole)
    .option("--bootstrap <n>", "resamples of the interval, 0 for none (default: 200; of several runs 0)", whole)
    .option("--seed <n>", "seed of the interval, of permutations over runs, of the picture's UMAP (default: 0)", whole)
    .option("--picture <file.svg>", "draw a run's latent vectors by domain, PCA and UMAP, instead of its distances")
    .action(async (paths: string[], options: FrechetOptions) =>
      finished(await (await import("./commands/frechet.js")).frechet(paths, options)),
    );
  command("plugins", "what the installed packages offer, with options, defaults and their source").action(async (options: Common) =>
    finished(await (await import("./commands/plugins.js")).plugins(options)),
  );
  command("schema", "one JSON Schema of the configuration, from the packages that are installed")
    .option("-o, --out <file>", "a file instead of standard output")
    .action(async (options: SchemaOptions) => finished(await (await import("./commands/schema.js")).schema(options)));
  const runs = cli.command("runs").description("the runs in a folder: list (if nothing is said), show, remove, gc");
  const folder = (given: string | undefined): string => given ?? "runs";
  command("list [folder]", "every run with its state, size, date and the student's Dice", runs, { isDefault: true }).action(
    async (given: string | undefined, options: Common) =>
      finished(await (await import("./commands/runs.js")).listRuns(folder(given), options)),
  );
  command("show <run>", "one run with its stages and scores", runs).action(async (run: string, options: Common) =>
    finished(await (await import("./commands/runs.js")).showRun(run, options)),
  );
  command("remove <run...>", "removes runs with students and results", runs)
    .option("--yes", "do not ask")
    .action(async (paths: readonly string[], options: Common) =>
      finished(await (await import("./commands/runs.js")).removeRuns(paths, options)),
    );
  command("gc [folder]", "removes checkpoints that nothing needs any more", runs)
    .option("--finished", "those of finished stages too, where students hold the weights")
    .option("--dry-run", "only say what would go")
    .option("--yes", "do not ask")
    .action(async (given: string | undefined, options: GcOptions) =>
      finished(await (await import("./commands/runs.js")).gcRuns(folder(given), options)),
    );
  command("models", "the networks that can be named in a configuration").action(async (options: Common) =>
    finished(await (await import("./commands/models.js")).models(options)),
  );
  for (const c of [cli, ...cli.commands, ...runs.commands]) c.exitOverride();
  return cli;
};

/** Runs a command line; the exit codes are those of interfaces.md 3. */
export const main = async (args: readonly string[]): Promise<number> => {
  let code = 0;
  try {
    await program((found) => (code = found)).parseAsync(args, { from: "user" });
    return code;
  } catch (e) {
    if (e instanceof CommanderError) return e.exitCode === 0 ? 0 : 2;
    const json = args.includes("--json");
    const text = report(e, json);
    if (json) process.stderr.write(text);
    else write(text, process.stderr);
    return isUserError(e) ? e.exit : 1;
  }
};

const report = (e: unknown, json: boolean): string => {
  const error = e instanceof Error ? e : new Error(String(e));
  if (json) return `${JSON.stringify({ error: { code: isUserError(e) ? e.code : "internal", message: error.message } })}\n`;
  return isUserError(e) && !error.message.startsWith("internal:")
    ? `${visible(error.message)}\n`
    : `internal: ${(error.stack ?? error.message).replace(/^(\w*Error: )?(internal: )?/, "")}\n`;
};

/** This program's version, from its package.json (the same distance from src/ and dist/). */
export const version = (): string =>
  (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string }).version;
