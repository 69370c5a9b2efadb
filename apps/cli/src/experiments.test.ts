import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Sweeps and repetitions of the built program, as small as they get.
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "segdistill-experiments-"));
const config = `name: tiny
data:
  train: { use: phantoms, split: train, count: 12, size: 64 }
  test: { own: { use: phantoms, split: test, count: 12, size: 64 } }
prepare: [{ channel: green }, { scale: 255 }]
sample: { patch: 32, perImage: 2, batch: 2 }
teacher: { use: u-net, width: 3, train: { steps: 3 } }
student: { use: u-net, width: 2 }
distil: { steps: 2, methods: [{ use: "@segdistill/plugin-kd#supervised" }, { use: "@segdistill/plugin-kd#logits" }] }
evaluate: { metrics: [dice], tile: { size: 64, overlap: 0 } }
sweep:
  - set: { distil.without: [logits/kl] }
  - { name: wild, set: { distil.optimiser.adam.rate: 1.0e+38, precision: float32 } }
`;
const environment = (threads: string) => ({ ...process.env, CI: "true", SEGDISTILL_THREADS: threads });
const run = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: "utf8", env: environment("2") });
const json = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>;

/** Runs until a text stands on standard error, then sends a signal; exit code and all that was said. */
const until = async (text: string, signal: NodeJS.Signals, threads: string, ...args: string[]) => {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: environment(threads), stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  let sent = false;
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    said += more;
    if (sent || !said.includes(text)) return;
    sent = true;
    child.kill(signal);
  });
  return { code: await new Promise((ended) => child.on("close", ended)), said };
};

beforeAll(() => {
  if (!existsSync(bin)) throw new Error(`${bin} is not there: build first (npm run build).`);
  writeFileSync(join(folder, "tiny.yaml"), config);
  writeFileSync(
    join(folder, "misspelt.yaml"),
    config.replace("{ distil.optimiser.adam.rate: 1.0e+38, precision: float32 }", "{ student.widht: 4 }"),
  );
  writeFileSync(join(folder, "unknown-term.yaml"), config.replace("logits/kl]", "logits/nothing]"));
  writeFileSync(join(folder, "single.yaml"), config.slice(0, config.indexOf("sweep:")));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a sweep", { timeout: 240_000 }, () => {
  test("checks every entry before the first begins", () => {
    const { status, stdout, stderr } = run("run", "misspelt.yaml");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe('[misspelt.yaml:13:26] unknown key "widht" in student. Nearest: "width". Known keys: bias, use, width.\n');
    const ablated = run("run", "unknown-term.yaml");
    expect([ablated.status, ablated.stdout, ablated.stderr]).toEqual([
      2,
      "",
      'entry "without-logits-nothing" of the sweep: [logits] has no term "nothing" to leave out. Its terms: kl.\n',
    ]);
    expect(existsSync(join(folder, "runs"))).toBe(false);
    const flag = (...args: string[]): string => run("run", ...args).stderr;
    expect(flag("single.yaml", "--jobs", "2")).toBe(
      '[--jobs] the configuration has no sweep. Expected sweep: [{ set: { "distil.epochs": 2 } }]. Leave --jobs out.\n',
    );
    expect(flag("tiny.yaml", "--entry", "plane")).toBe(
      '[--entry plane] the sweep has no entry of this name. Nearest: "plain". Entries: plain, wild, without-logits-kl.\n',
    );
    expect(flag("tiny.yaml", "--jobs", "0")).toBe(
      "[--jobs 0] Expected a whole number, 1 or more, without --entry: how many runs go on at once.\n",
    );
  });

  test("runs them several at once after the first, takes over what is equal, goes on where one fails, and ends with a table", () => {
    const failed =
      "[sweep] 1 of 3 entries failed: wild (exit code 3). What each of them said stands above. The same command tries them again; what is finished is kept.\n";
    const { status, stdout, stderr } = run("run", "tiny.yaml", "--jobs", "2");
    expect([status, stderr.endsWith(failed)]).toEqual([3, true]);
    const lines = stderr.split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "plain runs first, alone, so that the others find its teacher and baseline; then 2 at once, 1 thread each",
      "plain: 1 of 3",
    ]);
    for (const stage of ["teacher", "baseline"]) expect(lines).toContain(`[without-logits-kl] ${stage}: done before, not trained again`);
    expect(readdirSync(join(folder, "runs/tiny")).sort()).toEqual(["plain", "sweep.csv", "sweep.md", "wild", "without-logits-kl"]);
    const table = readFileSync(join(folder, "runs/tiny/sweep.md"), "utf8");
    expect(table.split("\n").slice(0, 7)).toEqual([
      "# tiny: sweep",
      "",
      "- plain: the configuration as it is",
      '- without-logits-kl: distil.without = \\["logits/kl"\\]',
      '- wild: distil.optimiser.adam.rate = 1e+38, precision = "float32"; failed: exit code 3',
      "",
      "## Against the baseline of the same run",
    ]);
    expect(stdout).toContain(`${table}\ntable    runs/tiny/sweep.md, sweep.csv\n`);
    const again = run("run", "tiny.yaml", "--json");
    const told = again.stdout.trimEnd().split("\n");
    expect(told.map((line) => (JSON.parse(line) as { run: string }).run)).toEqual(["runs/tiny/plain", "runs/tiny/without-logits-kl"]);
    expect(again.stderr.trimEnd().split("\n").at(-1)).toBe(JSON.stringify({ error: { code: "sweep/failed", message: failed.trimEnd() } }));
  });

  test("Ctrl-C stops all of it; an entry that goes on with other threads is marked", async () => {
    const long = ["run", "tiny.yaml", "--set", "teacher.train={ steps: 100000 }", "--run", "runs/long"];
    const stopped = await until("step 1/", "SIGINT", "1", ...long);
    expect(stopped.code).toBe(130);
    expect(stopped.said.endsWith("[sweep] stopped with 0 of 3 entries finished. Run the same command again to go on.\n")).toBe(true);
    expect(readdirSync(join(folder, "runs/long"))).toEqual(["plain"]);
    const on = await until("goes on from", "SIGTERM", "2", ...long, "--entry", "plain");
    expect(on.code).toBe(75);
    expect(on.said.split("\n")).toContain("goes on after a change of machine, so it is not bit-exact: threads 1 → 2");
    expect(json("runs/long/plain/environment.json")["notBitExact"]).toEqual(["threads 1 → 2"]);
    expect(on.said).toMatch(/^stopped at step \d+ of 100000 of stage "teacher"\. A checkpoint is written; run the same command again/m);
    const back = await until("goes on from", "SIGTERM", "2", ...long, "--entry", "plain");
    expect(back.said).not.toContain("bit-exact");
    const stop = Number(/^stopped at step (\d+)/m.exec(on.said)![1]);
    expect(back.said).toContain(`teacher: goes on from step ${stop} of 100000\n`);
    const file = "runs/long/plain/environment.json";
    const there = json(file) as { readonly precision: { readonly asked: string; readonly chosen: string } };
    expect(json(file)["notBitExact"]).toEqual(["threads 1 → 2"]);
    // the precision that it began with stays, whatever would be chosen now
    const precision = { asked: "auto", chosen: there.precision.chosen === "float32" ? "bfloat16" : "float32" };
    writeFileSync(join(folder, file), JSON.stringify({ ...there, precision }));
    expect((await until("step 1/", "SIGTERM", "2", ...long, "--entry", "plain")).code).toBe(75);
    expect(json(file)["precision"]).toEqual(precision);
  });
});

test("several seeds: each in a folder of its own, then all together, with how the terms pull", { timeout: 240_000 }, () => {
  expect(run("run", "single.yaml", "--run", "runs/seed-3", "--seed", "3", "--quiet").status).toBe(0);
  const several = ["run", "single.yaml", "--run", "runs/seeds", "--set", "seeds=[3, 8]", "--inspect", "gradients"];
  // one of them alone, as an array of jobs asks for it: it is where the run of all looks for it
  expect(run(...several, "--seed", "8", "--quiet").status).toBe(0);
  expect(readdirSync(join(folder, "runs/seeds"))).toEqual(["seed-8"]);
  const { status, stderr, stdout } = run(...several);
  expect(status, stderr).toBe(0);
  expect(stdout).toContain("Everything is done already");
  expect(stdout).toContain("Averaged over the seeds 3, 8:");
  expect(readdirSync(join(folder, "runs/seeds")).sort()).toEqual(["report.html", "results.json", "seed-3", "seed-8"]);
  const bytes = (at: string): Buffer => readFileSync(join(folder, "runs", at, "students/distilled/weights.safetensors"));
  expect(bytes("seeds/seed-3")).toEqual(bytes("seed-3"));
  expect(bytes("seeds/seed-8")).not.toEqual(bytes("seed-3"));
  const results = json("runs/seeds/results.json") as unknown as { seeds: number[]; gains: { seeds: number; method: string }[] };
  expect(results.seeds).toEqual([3, 8]);
  expect(results.gains).toMatchObject([{ seeds: 2, method: "bootstrap over seeds and groups" }]);
  for (const at of ["seeds", "seeds/seed-8"])
    expect(readFileSync(join(folder, "runs", at, "report.html"), "utf8")).toContain("How the terms pull");
  expect(readFileSync(join(folder, "runs/seed-3/report.html"), "utf8")).not.toContain("How the terms pull");
});

describe("a repetition", { timeout: 240_000 }, () => {
  test("has the same bytes and scores, and takes nothing over; where a score is another, it says by how much", () => {
    expect(run("run", "single.yaml", "--run", "runs/single", "--quiet").status).toBe(0);
    const { status, stdout, stderr } = run("reproduce", "runs/single");
    expect([status, stderr.includes("done before")]).toEqual([0, false]);
    expect(stdout).toBe(`
students/baseline/weights.safetensors  equal, byte for byte
students/distilled/weights.safetensors  equal, byte for byte
students/teacher/weights.safetensors  equal, byte for byte
scores of teacher on own  equal, number for number (dice)
scores of baseline on own  equal, number for number (dice)
scores of distilled on own  equal, number for number (dice)

runs/single-reproduced repeats runs/single exactly: the bytes of all weights and all scores are equal.
`);
    expect(run("reproduce", "runs/single").stderr).toBe(
      '[reproduce] "runs/single-reproduced" exists already. Expected a fresh folder for the repetition. Go on there with --resume, or give another: --run DIR\n',
    );
    expect(run("run", "tiny.yaml", "--run", "runs/single").stderr).toBe(
      '[sweep] "runs/single" is the folder of a single run. Expected one for the entries of a sweep. Give another: --run DIR\n',
    );
    const file = join(folder, "runs/single/results.json");
    const results = json("runs/single/results.json") as unknown as {
      models: Record<"teacher", { domains: { own: { cases: { id: string; dice: number }[] } } }>;
    };
    const [first] = results.models.teacher.domains.own.cases;
    first!.dice += 0.125;
    writeFileSync(file, JSON.stringify(results));
    const other = run("reproduce", "runs/single", "--resume", "--json");
    expect(other.status).toBe(3);
    const verdict = JSON.parse(other.stdout) as { equal: boolean; scores: { equal: boolean; model: string; largest: unknown }[] };
    expect(verdict.equal).toBe(false);
    expect(verdict.scores.filter(({ equal }) => !equal)).toEqual([
      {
        ...{ model: "teacher", domain: "own", metric: "dice", equal: false },
        largest: { difference: expect.closeTo(0.125, 12) as number, of: `picture ${first!.id}` },
      },
    ]);
  });
});
