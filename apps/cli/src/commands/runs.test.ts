import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { checkpoints, describeEnvironment, lockFolder, writeResults } from "@segdistill/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collect, garbageOf } from "../run-list/garbage.js";
import { message, output } from "../testing/said.js";
import { gcRuns, listRuns, removeRuns, showRun } from "./runs.js";

const key = (letter: string): string => letter.repeat(64);
let top: string;
let cwd: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "segdistill-runs-"));
  cwd = process.cwd();
  process.chdir(top);
});
afterEach(() => {
  process.chdir(cwd);
  rmSync(top, { recursive: true, force: true });
});

const at = new Date("2026-01-02T03:04:05.000Z");
const save = (path: string, stage: string, step: number, done: boolean, content = key("a")) =>
  checkpoints(join(path, "checkpoints"), 9).save(
    { stage, key: content, step, steps: 8, epoch: 0, batch: 0, done, eventsOffset: 0, seconds: 1, counters: {} },
    new Map([["w", { shape: [2], data: Float32Array.of(step, 1) }]]),
  );
/** A run folder with as much in it as its state needs. */
const run = async (path: string, kind: "new" | "stopped" | "done", seed = 0): Promise<string> => {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), JSON.stringify({ name: "eyes", seed }));
  utimesSync(join(path, "config.json"), at, at);
  if (kind === "new") return path;
  await save(path, "teacher", 8, true);
  await save(path, "distillation", 2, false);
  writeFileSync(
    join(path, "events.jsonl"),
    '{"t":"x","stage":"teacher","event":"finished"}\n{"t":"x","stage":"distillation","step":3}\n{"t":"x","stage":"tor',
  );
  utimesSync(join(path, "events.jsonl"), at, at);
  if (kind === "stopped") return path;
  await save(path, "distillation", 8, true);
  mkdirSync(join(path, "students", "distilled"), { recursive: true });
  writeFileSync(join(path, "students", "distilled", "weights.safetensors"), "weights");
  const domain = { cases: [{ id: "1", group: "1", dice: 0.75 }], mean: { dice: 0.75 }, pooled: { dice: 0.75 } };
  await writeResults(join(path, "results.json"), {
    schema: 1,
    name: "eyes",
    seed,
    finished: "2026-02-03T04:05:06.000Z",
    config: key("c"),
    data: { own: { fingerprint: "f", cases: 1, groups: 1, unseen: false } },
    models: { distilled: { parameters: 1, macs: 1, trainSeconds: 1, domains: { own: domain } } },
    gains: [],
    stages: [],
    environment: await describeEnvironment({ packages: {}, threads: 1, precision: { asked: "auto", chosen: "float32" }, tensorflow: null }),
  });
  return path;
};
const lock = (path: string, owner: object): void => writeFileSync(join(path, "run.lock"), JSON.stringify(owner));
const here = { pid: process.pid, host: hostname(), since: "now", started: null };

describe("list and show", () => {
  test("every run with its state: done, stopped, running, damaged; links and other folders are passed over", async () => {
    await run("runs/a", "new");
    await run("runs/b", "stopped", 3);
    await run("runs/many/seed-2", "done", 2);
    await run("runs/many/seed-10", "stopped", 10);
    lock("runs/many/seed-10", here);
    await run("runs/torn", "new");
    writeFileSync("runs/torn/config.json", "{");
    utimesSync("runs/torn/config.json", at, at);
    mkdirSync("runs/other");
    symlinkSync(join(top, "runs", "b"), "runs/link");
    const text = await output(() => listRuns("runs", {}));
    expect(text.split("\n")[0]!.split(/ +/)).toEqual(["run", "seed", "state", "dice", "size", "date", "(UTC)"]);
    const rows = text
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(/ {2,}/));
    expect(rows.map(([name, seed, state, dice, , date]) => [name, seed, state, dice, date])).toEqual([
      ["a", "0", "stopped before its first stage", "–", "2026-01-02 03:04"],
      ["b", "3", "stopped at 25 % of distillation", "–", "2026-01-02 03:04"],
      ["many/seed-2", "2", "done", "0.750", "2026-02-03 04:05"],
      ["many/seed-10", "10", `running at 25 % of distillation (process ${process.pid} on ${hostname()})`, "–", "2026-01-02 03:04"],
      ["torn", "–", "damaged", "–", "2026-01-02 03:04"],
    ]);
    const all = JSON.parse(await output(() => listRuns("runs", { json: true }))) as {
      path: string;
      bytes: number;
      state: { kind: string };
    }[];
    expect(all.map(({ state }) => state.kind)).toEqual(["stopped", "stopped", "done", "running", "damaged"]);
    expect(all[0]!.bytes).toBe('{"name":"eyes","seed":0}'.length);
  });

  test("a lock whose process is gone holds nothing; results that do not hold are damage", async () => {
    await run("runs/a", "stopped");
    lock("runs/a", { ...here, pid: 2 ** 22 + 5 });
    await run("runs/b", "new");
    writeFileSync("runs/b/results.json", "{}");
    const all = JSON.parse(await output(() => listRuns("runs", { json: true }))) as { state: { kind: string; why?: string } }[];
    expect(all[0]!.state.kind).toBe("stopped");
    expect(all[1]!.state.kind).toBe("damaged");
    expect(all[1]!.state.why).toContain('results.json" does not hold to its schema');
  });

  test("weights that are one file under two names count once", async () => {
    await run("runs/a", "new");
    const bytes = async (): Promise<number> =>
      (JSON.parse(await output(() => showRun("runs/a", { json: true }))) as { bytes: number }).bytes;
    const before = await bytes();
    writeFileSync("runs/a/one", "12345");
    linkSync("runs/a/one", "runs/a/two");
    expect(await bytes()).toBe(before + 5);
  });

  test("one run", async () => {
    await run("runs/a", "done");
    const text = await output(() => showRun("runs/a", {}));
    expect(text.replace(/size( +)[\d.]+ kB/, "size$1SIZE")).toBe(
      [
        "name                eyes",
        "seed                0",
        "state               done",
        "date                2026-02-03 04:05 UTC",
        "size                SIZE",
        "stage distillation  done, 8 steps",
        "stage teacher       done, 8 steps",
        "",
        "dice         own",
        "distilled  0.750",
        "",
      ].join("\n"),
    );
    mkdirSync("empty");
    expect(await message(showRun("empty", {}))).toBe(
      '[runs] "empty" is no run folder. Expected one that "segdistill run" made, with config.json in it. segdistill runs lists them.',
    );
    expect(await message(listRuns("none", {}))).toBe('[runs] "none" does not exist. Expected a folder that holds runs, such as "runs".');
    expect(await output(() => listRuns("empty", {}))).toBe("no run in empty\n");
  });
});

describe("remove", () => {
  test("takes a run away, and never what a link in it points to", async () => {
    await run("runs/a", "done");
    await run("runs/b", "new");
    mkdirSync("precious");
    writeFileSync("precious/data", "data");
    symlinkSync(join(top, "precious"), "runs/a/students/elsewhere");
    symlinkSync(join(top, "precious", "data"), "runs/a/data");
    expect(await output(() => removeRuns(["runs/a"], { yes: true }))).toBe("runs/a is removed.\n");
    expect(readdirSync("runs")).toEqual(["b"]);
    expect(readFileSync("precious/data", "utf8")).toBe("data");
  });

  test("the folder of several seeds goes as one, unless it holds something else", async () => {
    await run("runs/many/seed-0", "new");
    await run("runs/many/seed-1", "new", 1);
    writeFileSync("runs/many/report.html", "");
    writeFileSync("runs/many/choice.json", "{}");
    mkdirSync("runs/many/.tries");
    writeFileSync("runs/many/notes.txt", "");
    expect(await message(removeRuns(["runs/many"], { yes: true }))).toBe(
      '[runs] "runs/many" holds other things beside runs (notes.txt). Expected a run folder, or nothing but the seeds of one. Name the runs in it.',
    );
    rmSync("runs/many/notes.txt");
    expect(await output(() => removeRuns(["runs/many"], { yes: true, json: true }))).toBe(
      '{"removed":["runs/many/seed-0","runs/many/seed-1"]}\n',
    );
    expect(existsSync("runs/many")).toBe(false);
  });

  test("refuses what runs, links, and folders that are none, before anything is touched", async () => {
    await run("runs/a", "new");
    await run("runs/b", "stopped");
    lock("runs/b", here);
    expect(await message(removeRuns(["runs/a", "runs/b"], { yes: true }))).toBe(
      `[runs] "runs/b" is being worked on by process ${process.pid} on ${hostname()}. Expected a run that has ended. Stop it first.`,
    );
    symlinkSync(join(top, "runs", "a"), "runs/link");
    expect(await message(removeRuns(["runs/a", "runs/link"], { yes: true }))).toBe(
      '[runs] "runs/link" is a link, and links are not followed when something is removed. Name the folder itself.',
    );
    mkdirSync("runs/own");
    expect(await message(removeRuns(["runs/a", "runs/own"], { yes: true }))).toContain('"runs/own" is no run folder');
    expect(await message(removeRuns(["runs/a"], {}, undefined))).toBe(
      '[runs] removing "runs/a" takes students and results away, and there is no terminal to ask on. Expected --yes.',
    );
    expect(existsSync("runs/a/config.json")).toBe(true);
  });

  test("asks where somebody is there", async () => {
    await run("runs/a", "new");
    const questions: string[] = [];
    const ask = (answer: boolean) => (question: string) => {
      questions.push(question);
      return Promise.resolve(answer);
    };
    expect(await output(() => removeRuns(["runs/a"], {}, ask(false)))).toBe(
      "runs/a  stopped before its first stage  24 B\nNothing was removed.\n",
    );
    expect(existsSync("runs/a")).toBe(true);
    await output(() => removeRuns(["runs/a"], {}, ask(true)));
    expect(existsSync("runs/a")).toBe(false);
    expect(questions[0]).toBe("Remove this run with students and results?");
  });
});

describe("gc", () => {
  const left = (path: string): string[] => readdirSync(join(path, "checkpoints", "distillation")).sort();
  const four = ["2.json", "2.safetensors", "8.json", "8.safetensors"];

  test("takes superseded, damaged and lonely checkpoints; a stopped run keeps what it goes on from", async () => {
    await run("runs/a", "done");
    await run("runs/b", "stopped");
    await save("runs/a", "distillation", 5, false, key("b")); // other content: perhaps the code of today, half done
    const folder = "runs/a/checkpoints/distillation";
    writeFileSync(join(folder, "1.safetensors.damaged"), "1234");
    writeFileSync(join(folder, "7.safetensors"), "12");
    symlinkSync(join(top, "runs", "b", "config.json"), join(folder, "6.safetensors"));
    const before = await output(() => gcRuns("runs", { dryRun: true, yes: true }));
    expect(before.replace(/[\d.]+ k?B/g, "SIZE")).toBe(
      [
        "runs/a  distillation: step 2 of 8, and the stage is done  SIZE",
        "runs/a  distillation: set aside as damaged  SIZE",
        "runs/a  distillation: weights without a record  SIZE",
        "SIZE in checkpoints that nothing needs any more; students, results and events stay.",
        "Nothing was removed.",
        "",
      ].join("\n"),
    );
    expect(left("runs/a").length).toBe(9);
    expect((await output(() => gcRuns("runs", {}, undefined))).trim().split("\n").at(-1)).toBe("Nothing was removed; --yes does it.");
    expect(left("runs/a").length).toBe(9);
    expect((await output(() => gcRuns("runs", { yes: true }))).trim().split("\n").at(-1)).toBe("They are removed.");
    expect(left("runs/a")).toEqual(["5.json", "5.safetensors", "6.safetensors", "8.json", "8.safetensors"]);
    expect(lstatSync(join(folder, "6.safetensors")).isSymbolicLink()).toBe(true);
    expect(left("runs/b")).toEqual(["2.json", "2.safetensors"]);
    expect(await output(() => gcRuns("runs", { yes: true }))).toBe("Nothing can go.\n");
  });

  test("--finished takes those of done stages, only of runs that have their results; a run that goes on is left alone", async () => {
    await run("runs/a", "done");
    await run("runs/b", "stopped");
    await run("runs/c", "done");
    lock("runs/c", here);
    await output(() => gcRuns("runs", { yes: true, finished: true }));
    expect(left("runs/a")).toEqual([]);
    expect(
      existsSync("runs/a/students/distilled/weights.safetensors") && existsSync("runs/a/results.json") && existsSync("runs/a/events.jsonl"),
    ).toBe(true);
    expect(readdirSync("runs/b/checkpoints/teacher").length).toBe(2);
    expect(left("runs/c")).toEqual(four);
  });

  test("a run that somebody goes on with after the question keeps everything", async () => {
    await run("runs/a", "done");
    await run("runs/b", "done");
    const text = await output(() =>
      gcRuns("runs", {}, () => {
        lock("runs/a", here);
        return Promise.resolve(true);
      }),
    );
    expect(left("runs/a")).toEqual(four);
    expect(left("runs/b")).toEqual(["8.json", "8.safetensors"]);
    expect(
      text
        .replace(/[\d.]+ k?B/g, "SIZE")
        .split("\n")
        .slice(-3),
    ).toEqual(["runs/a  has changed meanwhile, or somebody works on it: what is needed there now stays.", "SIZE are removed.", ""]);
  });

  test("a run is held while its garbage is removed, so that nobody goes on with it meanwhile", async () => {
    await run("runs/a", "done");
    const garbage = await garbageOf("runs/a");
    expect(garbage.length).toBeGreaterThan(0);
    const removing = collect("runs/a", garbage);
    expect(() => lockFolder("runs/a")).toThrow(expect.objectContaining({ code: "run/in-use" }) as Error);
    expect(await removing).toEqual(garbage);
    lockFolder("runs/a").release();
  });

  test("what is needed again when the answer comes stays", async () => {
    await run("runs/a", "done");
    const text = await output(() =>
      gcRuns("runs", {}, () => {
        rmSync("runs/a/checkpoints/distillation/8.json"); // no stage is done any more: step 2 is what the run goes on from
        return Promise.resolve(true);
      }),
    );
    expect(left("runs/a")).toEqual(["2.json", "2.safetensors", "8.safetensors"]);
    expect(text.trim().split("\n").at(-1)).toBe("0 B are removed.");
  });

  test("a run that cannot be read is told of and does not keep the others from being cleared", async () => {
    await run("runs/a", "done");
    await run("runs/b", "done");
    const record = "runs/a/checkpoints/distillation/2.json";
    rmSync(record);
    symlinkSync(join(top, "runs", "b", "config.json"), record);
    const why = await message(checkpoints("runs/a/checkpoints").list());
    expect(why).toContain(record);
    const text = await output(() => gcRuns("runs", { yes: true }));
    expect(text.split("\n")[0]).toBe(`runs/a  is left alone: ${why}`);
    expect(text.trim().split("\n").at(-1)).toBe("They are removed.");
    expect(left("runs/a")).toEqual(four);
    expect(left("runs/b")).toEqual(["8.json", "8.safetensors"]);
    expect(JSON.parse(await output(() => gcRuns("runs", { yes: true, json: true })))).toEqual({
      ...{ removed: false, bytes: 0, runs: [] },
      damaged: [{ run: "runs/a", why }],
    });
  });
});
