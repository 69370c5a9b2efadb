import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "./event-log.js";
import { openRunFolder, readRunFolder, type RunFolderOptions, runPaths } from "./folder.js";
import { folderOwner } from "./lock.js";
import { temporaryFolder } from "../testing/temporary.js";

const box = temporaryFolder();
let trainer = "";
const children: ChildProcess[] = [];
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "silent",
    root: dirname(fileURLToPath(import.meta.url)),
    ssr: { noExternal: true },
    build: { ssr: "fixtures/trainer.ts", outDir: join(box, "built"), rollupOptions: { output: { entryFileNames: "trainer.mjs" } } },
  });
  trainer = join(box, "built", "trainer.mjs");
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(box, { recursive: true, force: true });
});

const options: RunFolderOptions = { config: { seed: 0 }, text: "seed: 0\n", split: { train: ["a"] } };
const names = (folder: string): string[] => readdirSync(folder).sort();

/** Starts the trainer; `said` comes with its first line, `ended` with its exit. */
const start = (...args: string[]) => {
  const child = spawn(process.execPath, [trainer, ...args]);
  children.push(child);
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  const said = new Promise<string>((resolve) => child.stdout.once("data", (text: Buffer) => resolve(text.toString().trim())));
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => child.once("exit", (code) => resolve({ code, errors })));
  return { child, said, ended };
};

test("made, gone on in, given back", async () => {
  const path = join(box, "new", "a");
  const run = await openRunFolder(path, options);
  expect([run.state, run.warnings]).toEqual(["created", []]);
  expect(names(path)).toEqual(["config.json", "config.yaml", "events.jsonl", "run.lock", "split.json"]);
  expect(readFileSync(run.paths.config, "utf8")).toBe("seed: 0\n");
  expect(JSON.parse(readFileSync(run.paths.split, "utf8"))).toEqual({ train: ["a"] });
  expect(run.config).toBe("bd0488843468e63c62bb6d1df790f0a83de90616c0906e9dbd3275d3b4100d97");
  run.events.append({ stage: "a", event: "started" });
  run.close();
  run.close();
  expect(names(path)).toEqual(["config.json", "config.yaml", "events.jsonl", "split.json"]);

  writeFileSync(join(path, ".x.json.1-2.tmp"), "left by a kill");
  const again = await openRunFolder(path, { ...options, config: { seed: 0 }, text: "# other words\n", resume: true });
  expect([again.state, again.warnings]).toEqual(["continued", []]);
  expect(readFileSync(again.paths.config, "utf8")).toBe("seed: 0\n");
  again.close();
  expect(names(path)).toEqual(["config.json", "config.yaml", "events.jsonl", "split.json"]);
  expect(readEvents(again.paths.events)).toHaveLength(1);
  expect(again.paths.prediction("sta re", "all/../im.0001")).toBe(join(path, "predictions", "sta%20re", "all", "%2E.", "im.0001.png"));
  expect(again.paths.student("distilled")).toBe(join(path, "students", "distilled"));
});

test("nothing to resume: a new run, and a word about it", async () => {
  const path = join(box, "typo");
  const run = await openRunFolder(path, { ...options, resume: true });
  expect(run.warnings).toEqual([`[run] There is nothing to resume in "${path}": a new run starts.`]);
  run.close();
});

test("a run of another configuration, or of another split, is refused and nothing is changed", async () => {
  const path = join(box, "other");
  const config = { seed: 0, distil: { epochs: 40, methods: [{ use: "a" }] }, name: "x", precision: "auto", baseline: true };
  (await openRunFolder(path, { ...options, config })).close();
  const before = names(path);
  const other = {
    ...config,
    seed: 1,
    distil: { epochs: 50, methods: [{ use: "a" }, { use: "b" }] },
    precision: "float32",
    baseline: false,
  };
  await expect(openRunFolder(path, { ...options, config: other })).rejects.toMatchObject({
    code: "run/other-configuration",
    exit: 2,
    message: `[run] "${path}" holds a run of another configuration: seed is 0 there and 1 here; distil.epochs is 40 there and 50 here; distil.methods.1.use is left out there and "b" here; precision is "auto" there and "float32" here; and 1 more. Give this run a folder of its own with --run, or delete "${path}".`,
  });
  await expect(openRunFolder(path, { ...options, config, split: { train: ["b"] } })).rejects.toMatchObject({
    message: `[run] "${path}" holds a run of another split: train.0 is "a" there and "b" here. Give this run a folder of its own with --run, or delete "${path}".`,
  });
  expect(names(path)).toEqual(before);
});

test("what is no run folder is left alone", async () => {
  const file = join(box, "file");
  writeFileSync(file, "");
  await expect(openRunFolder(file, options)).rejects.toMatchObject({
    message: `[run] "${file}" is a file. Expected a folder or a new name. Choose another with --run.`,
  });
  const below = join(file, "x");
  await expect(openRunFolder(below, options)).rejects.toMatchObject({
    message: `[file] "${below}" cannot be written: ENOTDIR: not a directory, stat '${below}'. Expected a folder on a disk that works. Choose another folder with --run.`,
  });
  const foreign = join(box, "foreign");
  mkdirSync(foreign);
  for (const name of ["thesis.tex", "b", "a", "c"]) writeFileSync(join(foreign, name), "");
  await expect(openRunFolder(foreign, options)).rejects.toMatchObject({
    message: `[run] "${foreign}" is not a run folder: it has no config.json, but holds a, b, c and 1 more. Expected an empty folder, a new name, or the folder of an earlier run. Choose another with --run.`,
  });
  expect(names(foreign)).toEqual(["a", "b", "c", "thesis.tex"]);
});

test("a folder that was being made when its process was killed is made again", async () => {
  const path = join(box, "half-made");
  mkdirSync(path);
  writeFileSync(join(path, "config.yaml"), "old: 1\n");
  writeFileSync(join(path, "run.lock"), "");
  writeFileSync(runPaths(path).choice, "{}"); // written before the run begins, and not the run's to change
  mkdirSync(join(path, ".tries"));
  const run = await openRunFolder(path, options);
  expect([run.state, readFileSync(run.paths.config, "utf8")]).toEqual(["created", "seed: 0\n"]);
  expect([run.paths.choice, readFileSync(run.paths.choice, "utf8")]).toEqual([join(path, "choice.json"), "{}"]);
  run.close();
});

test("a damaged config.json", async () => {
  const path = join(box, "damaged");
  (await openRunFolder(path, options)).close();
  const file = join(path, "config.json");
  writeFileSync(file, "{");
  const message = `[run] "${file}" is not JSON: it is damaged or was cut off. Restore the file, or give this run a folder of its own with --run.`;
  await expect(openRunFolder(path, options)).rejects.toMatchObject({ message: message });
  await expect(readRunFolder(path)).rejects.toMatchObject({ message: message });
});

test("looking at a run", async () => {
  const path = join(box, "look");
  const run = await openRunFolder(path, options);
  mkdirSync(run.paths.student("a b"), { recursive: true });
  expect(await readRunFolder(path)).toMatchObject({ config: { seed: 0 }, split: { train: ["a"] }, results: null, students: ["a b"] });
  run.close();
  for (const none of [join(box, "nowhere"), join(box, "file")]) {
    await expect(readRunFolder(none)).rejects.toMatchObject({
      message: `[run] "${none}" is not a run folder: it has no config.json. Expected the folder of an earlier run, such as runs/quickstart.`,
    });
  }
});

const owner = (path: string): { pid: number; host: string; since: string } =>
  JSON.parse(readFileSync(join(path, "run.lock"), "utf8")) as { pid: number; host: string; since: string };
const inUse = (path: string, { pid, host, since }: ReturnType<typeof owner>): string =>
  `[run] "${path}" is in use by process ${pid} on ${host} since ${since}. Expected one process a run folder. Wait for it or stop it; if it no longer runs, delete "${path}/run.lock".`;

test("two processes cannot have one folder; a killed one's is taken over", async () => {
  const path = join(box, "held");
  const { child, said, ended } = start(path, "hold");
  expect(await said).toBe("created");
  const held = owner(path);
  expect([held.pid, held.host]).toEqual([child.pid, hostname()]);
  await expect(openRunFolder(path, options)).rejects.toMatchObject({ code: "run/in-use", exit: 2, message: inUse(path, held) });
  child.kill("SIGKILL");
  await ended;
  const run = await openRunFolder(path, options);
  expect([run.state, owner(path).pid]).toEqual(["continued", process.pid]);
  await expect(openRunFolder(path, options)).rejects.toMatchObject({ message: inUse(path, owner(path)) });
  run.close();
});

test("a lock of another host stays; one of an earlier process of the same number goes", async () => {
  const path = join(box, "lock");
  (await openRunFolder(path, options)).close();
  const lock = { pid: process.pid, host: "elsewhere", since: "2026-01-02T12:00:00.000Z", started: "1" };
  writeFileSync(join(path, "run.lock"), JSON.stringify(lock));
  await expect(openRunFolder(path, options)).rejects.toMatchObject({ message: inUse(path, lock) });
  if (process.platform !== "linux") return;
  writeFileSync(join(path, "run.lock"), JSON.stringify({ ...lock, host: hostname() }));
  const run = await openRunFolder(path, options);
  run.close();
});

test("killed again and again, a run ends as an undisturbed one: same weights, every event once", async () => {
  const steps = 500;
  const whole = join(box, "whole");
  expect(await start(whole, "train", String(steps)).ended).toEqual({ code: 0, errors: "" });
  const killed = join(box, "killed");
  let kills = 0;
  for (const ms of [0, 30, 60, 120, 200, 250]) {
    const { child, said, ended } = start(killed, "train", String(steps));
    expect(await said).toBe(kills === 0 ? "created" : "continued");
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill("SIGKILL");
    const { code, errors } = await ended;
    expect(errors).toBe("");
    expect(code).toBe(null); // 500 steps of 2 ms at least take longer than all these together
    kills++;
  }
  expect(await start(killed, "train", String(steps)).ended).toEqual({ code: 0, errors: "" });

  const weights = (run: string): Buffer => readFileSync(join(run, "checkpoints", "teacher", `${steps}.safetensors`));
  expect(weights(killed)).toEqual(weights(whole));
  const lines = readEvents(join(killed, "events.jsonl"));
  const raw = (run: string): unknown[] =>
    readEvents(join(run, "events.jsonl")).flatMap((event) => ("terms" in event ? [[event.step, event.terms]] : []));
  expect(raw(killed)).toEqual(raw(whole));
  expect(raw(killed)).toHaveLength(steps);
  expect(lines.filter((event) => "event" in event && event.event === "started")).toHaveLength(1);
  expect(lines.filter((event) => "event" in event && event.event === "finished")).toHaveLength(1);
  expect(lines.filter((event) => "event" in event && event.event === "resumed").length).toBeGreaterThan(0);
  expect(names(killed)).toEqual(names(whole));
});

test("who has a run folder can be asked without taking it", async () => {
  const path = join(box, "asked");
  expect(folderOwner(path)).toBe(null);
  const run = await openRunFolder(path, options);
  expect(folderOwner(path)).toEqual({ pid: process.pid, host: hostname() });
  run.close();
  expect(folderOwner(path)).toBe(null);
  for (const [lock, owner] of [
    [
      { pid: 4, host: "elsewhere", since: "", started: null },
      { pid: 4, host: "elsewhere" },
    ],
    [{ pid: 2 ** 22 + 1, host: hostname(), since: "", started: null }, null], // no process has such a number
    [{ pid: -1, host: "elsewhere", since: "", started: null }, null],
    ["not a lock", null],
  ] as const) {
    writeFileSync(join(path, "run.lock"), JSON.stringify(lock));
    expect(folderOwner(path)).toEqual(owner);
  }
});
