import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "@segdistill/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Choice } from "./sweep/choice.js";

// Entries that are chosen on validation data, with the built program, as small as they get.
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "segdistill-choosing-"));
const single = `name: tiny
seed: 4
precision: float32
data:
  train: { use: phantoms, split: train, count: 12, size: 64 }
  validation: { use: phantoms, split: validation, count: 12, size: 64 }
  test: { own: { use: guarded, split: test, count: 12, size: 64 } }
prepare: [{ channel: green }, { scale: 255 }]
sample: { patch: 32, perImage: 2, batch: 2 }
teacher: { use: u-net, width: 3, train: { steps: 3 } }
student: { use: u-net, width: 2 }
distil: { steps: 6, methods: [{ use: "@segdistill/plugin-kd#supervised" }, { use: "@segdistill/plugin-kd#logits" }] }
evaluate: { metrics: [dice], tile: { size: 64, overlap: 0 } }
`;
const rates = [1e-3, 1e38, 0.05];
const sweep = `${single}sweep:
  - name: best
    choose:
${rates.map((rate) => `      - { distil.optimiser.adam.rate: ${rate.toExponential(1)} }\n`).join("")}\
  - { name: second, choose: [{ distil.methods.1.weight: 1 }, { distil.methods.1.weight: 3 }] }
`;
/**
 * Phantoms as a test set that lets nobody look too early: before the choice of the entry that this process runs it cannot be opened, and the sweep's own
 * process, which checks all entries, may open but not read it.
 */
const guarded = `
import { existsSync, readFileSync } from "node:fs";
import { segdistill as ours } from ${JSON.stringify(new URL("../../../packages/datasets/dist/index.js", import.meta.url).href)};
const { options, create } = ours.datasets.phantoms;
const flag = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const entry = flag("--entry");
const chosen = () => {
  const file = flag("--run") + "/" + entry + "/choice.json";
  return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).chosen !== null;
};
const refuse = (what, unless) => { if (!unless) throw new Error("the test set was " + what + " before the choice"); };
const mayRead = () => process.argv.includes("single.yaml") || entry === "plain" || (entry !== undefined && chosen());
const guard = (of) => (...args) => { refuse("read", mayRead()); return of(...args); };
export const segdistill = {
  contract: 1,
  datasets: {
    guarded: {
      options,
      create: (given) => async (root) => {
        refuse("opened", entry === undefined || mayRead());
        const set = await create(given)(root);
        const cases = set.cases.map((one) => ({ ...one, image: guard(one.image), label: guard(one.label), fieldOfView: guard(one.fieldOfView) }));
        return { ...set, cases, fingerprint: guard(set.fingerprint) };
      },
    },
  },
};
`;
const environment = { ...process.env, CI: "true", SEGDISTILL_THREADS: "1" };
const run = (...args: string[]) => spawnSync(process.execPath, [bin, "run", ...args], { cwd: folder, encoding: "utf8", env: environment });
const read = (file: string): string => readFileSync(join(folder, file), "utf8");
const choiceOf = (entry: string): Choice => JSON.parse(read(`${entry}/choice.json`)) as Choice;
const resultsOf = (entry: string): Results => JSON.parse(read(`${entry}/results.json`)) as Results;
const weightsOf = (entry: string): Buffer => readFileSync(join(folder, entry, "students/distilled/weights.safetensors"));
const seedOf = (path: string): unknown => (JSON.parse(read(`${path}/config.json`)) as { seed: unknown }).seed;
const said = (stderr: string): readonly string[] => stderr.split("\n").map((line) => line.replace(/^\[\w+\] /, ""));

/** Runs until a text stands on standard error, then kills the process at once. */
const killedAt = async (text: string, ...args: string[]): Promise<NodeJS.Signals | null> => {
  const child = spawn(process.execPath, [bin, "run", ...args], { cwd: folder, env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    told += more;
    if (told.includes(text)) child.kill("SIGKILL");
  });
  return new Promise((ended) => child.on("close", (_, signal) => ended(signal)));
};

beforeAll(() => {
  if (!existsSync(bin)) throw new Error(`${bin} is not there: build first (npm run build).`);
  writeFileSync(join(folder, "tiny.yaml"), sweep);
  writeFileSync(join(folder, "single.yaml"), single);
  writeFileSync(join(folder, "hopeless.yaml"), sweep.replace("1.0e-3", "2.0e+38").replace("5.0e-2", "3.0e+38"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "own", dependencies: { guarded: "1.0.0" } }));
  const plugin = join(folder, "node_modules/guarded");
  mkdirSync(plugin, { recursive: true });
  const manifest = { name: "guarded", version: "1.0.0", type: "module", main: "index.js", segdistill: { contract: 1 } };
  writeFileSync(join(plugin, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(plugin, "index.js"), guarded);
});
afterAll(() => rmSync(folder, { recursive: true }));

test(
  "chosen on validation alone: the test set is not looked at before; the best try is the entry, and is not trained again",
  { timeout: 240_000 },
  () => {
    const { status, stderr } = run("tiny.yaml", "--jobs", "2", "--run", "runs/tiny");
    expect(stderr).not.toContain("the test set was");
    expect(status, stderr).toBe(0);
    const { tries, chosen, seed } = choiceOf("runs/tiny/best");
    expect([seed, tries.map(({ set }) => set)]).toEqual([4, rates.map((rate) => ({ "distil.optimiser.adam.rate": rate }))]);
    expect(tries[1]).toMatchObject({ dice: null, reason: expect.stringContaining("not finite") as string });
    // the loop's own number of a plain run, in folders where nothing can be taken over
    for (const place of [0, 2]) {
      const to = `runs/plain-${place}/run`;
      const sets = ["--set", `distil.optimiser.adam.rate=${rates[place]}`, "--set", "distil.validate={}"];
      expect(run("single.yaml", "--run", to, "--quiet", ...sets).status).toBe(0);
      const events = read(`${to}/events.jsonl`).trim().split("\n").map((line) => JSON.parse(line) as { stage: string; best?: boolean; validation?: { dice: number } }); // prettier-ignore
      const last = events.findLast((line) => line.stage === "distillation" && line.best !== undefined)!;
      expect(tries[place]!.dice).toBe(last.validation!.dice);
    }
    const [first, third] = [tries[0]!.dice!, tries[2]!.dice!];
    expect(first).not.toBe(third);
    expect(chosen).toBe(third > first ? 3 : 1);
    // training is what it would have been, done once, in the try
    expect(weightsOf("runs/tiny/best")).toEqual(weightsOf(`runs/plain-${chosen! - 1}/run`));
    expect(resultsOf("runs/tiny/best").stages.map(({ name, reused }) => [name, reused])).toEqual([["teacher", true], ["baseline", true], ["distillation", true]]); // prettier-ignore
    const lines = stderr.split("\n");
    const of = (entry: string, text: string): number => lines.filter((line) => line === `[${entry}] ${text}`).length;
    // the second try ends in its baseline, which has the same rate
    expect([of("best", "distillation: 6 steps"), of("best", "distillation: done before, not trained again")]).toEqual([2, 1]);
    // its first try is the plain configuration, and has its content key
    expect([of("second", "distillation: 6 steps"), of("second", "distillation: done before, not trained again")]).toEqual([1, 2]);
    // who lists runs or compares them does not see tries
    expect(readdirSync(join(folder, "runs/tiny/best/.tries")).sort()).toEqual(["try-1", "try-2", "try-3"]);
    expect(existsSync(join(folder, "runs/tiny/best/.tries/try-1/results.json"))).toBe(false);
    expect(JSON.parse(read("runs/tiny/best/.tries/try-1/split.json"))).not.toHaveProperty("test/own");

    const shown = (dice: number | null, value: string) => `${dice?.toFixed(4) ?? "none"} with ${value}`;
    const ofBest = tries.map(({ dice }, i) => shown(dice, `distil.optimiser.adam.rate = ${rates[i]}`));
    const second = choiceOf("runs/tiny/second");
    const ofSecond = second.tries.map(({ dice }, i) => shown(dice, `distil.methods.1.weight = ${[1, 3][i]}`));
    const table = read("runs/tiny/sweep.md").split("\n");
    expect(table.slice(2, 5)).toEqual([
      "- plain: the configuration as it is",
      `- best: distil.optimiser.adam.rate = ${rates[chosen! - 1]}; chosen on validation, ${chosen} of 3: pooled Dice ${ofBest.join("; ")}`,
      `- second: distil.methods.1.weight = ${[1, 3][second.chosen! - 1]}; chosen on validation, ${second.chosen} of 2: pooled Dice ${ofSecond.join("; ")}`,
    ]);
    const column = table.flatMap((row) => (row.startsWith("| own") && row.includes("Distilled") ? [row.split(" | ")[3]] : []));
    expect(column).toEqual(["1", "3", "2", "1", "3", "2"]);
    const own = read("runs/tiny/sweep.csv").split("\r\n").slice(1, 7);
    expect(own.filter((line) => line.includes(",distilled,dice")).map((line) => line.split(",").at(-1))).toEqual(["", "3"]);

    const before = read("runs/tiny/best/choice.json");
    const again = run("tiny.yaml", "--entry", "best", "--run", "runs/tiny");
    expect([again.status, said(again.stderr).filter((line) => line.includes("try"))]).toEqual([
      0,
      [`try ${chosen} of 3 is chosen: pooled Dice on validation ${tries.map(({ dice }) => dice?.toFixed(4) ?? "none").join(", ")}`],
    ]);
    expect(read("runs/tiny/best/choice.json")).toBe(before);

    const hopeless = run("hopeless.yaml", "--entry", "best", "--run", "runs/hopeless");
    expect([hopeless.status, choiceOf("runs/hopeless/best").chosen]).toEqual([3, null]);
    const reasons = choiceOf("runs/hopeless/best").tries.map(({ reason }, i) => `try ${i + 1}: ${reason}`);
    expect(hopeless.stderr.endsWith(`\n[best] none of the 3 tries has a score on data.validation: ${reasons.join("; ")}. Expected one at least. Give the entry other values to choose among.\n`)).toBe(true); // prettier-ignore
  },
);

test(
  "killed in its second try it goes on there; the tries have the first seed, whatever seed is asked for",
  { timeout: 240_000 },
  async () => {
    const asked = ["tiny.yaml", "--entry", "best", "--seed", "9", "--run", "runs/alone"];
    expect(await killedAt("try 2 of 3", ...asked)).toBe("SIGKILL");
    expect([choiceOf("runs/alone/best").tries.length, choiceOf("runs/alone/best").chosen]).toEqual([1, null]);
    expect(existsSync(join(folder, "runs/alone/best/config.json"))).toBe(false);
    const { status, stderr } = run(...asked);
    expect(status, stderr).toBe(0);
    expect(said(stderr).filter((line) => /^try \d of 3:/.test(line)).map((line) => line.slice(0, 5))).toEqual(["try 2", "try 3"]); // prettier-ignore
    expect(choiceOf("runs/alone/best")).toEqual(choiceOf("runs/tiny/best"));
    expect(["runs/alone/best", "runs/alone/best/.tries/try-1", "runs/alone/best/.tries/try-3"].map(seedOf)).toEqual([9, 4, 4]);
  },
);
