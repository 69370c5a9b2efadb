import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { phantoms, readPicture, writePng } from "@segdistill/datasets";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Whole runs of the built program, as small as they get.
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const config = fileURLToPath(new URL("../../../examples/quickstart.yaml", import.meta.url));
const small = [
  ...["data.train", "data.validation", "data.test.phantoms", "data.test.other-camera"].flatMap((at) => [`${at}.count=12`, `${at}.size=64`]),
  ...[
    "sample={ patch: 32, perImage: 2, batch: 2 }",
    "teacher.width=2",
    "teacher.train={ steps: 4 }",
    "distil.epochs=null",
    "distil.steps=3",
  ],
].flatMap((text) => ["--set", text]);
/** Where the student does not matter: one that takes less time to build and trace. */
const smaller = [...small, "--set", "student={ use: u-net, width: 2 }"];
let folder: string;
const run = (...args: string[]) =>
  spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: "utf8", env: { ...process.env, CI: "true" } });
const results = (path = "runs/quickstart") =>
  JSON.parse(readFileSync(join(folder, path, "results.json"), "utf8")) as { models: Record<string, { domains: unknown }> };

beforeAll(() => {
  if (!existsSync(bin)) throw new Error(`${bin} is not there: build first (npm run build).`);
  folder = mkdtempSync(join(tmpdir(), "segdistill-run-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a run", { timeout: 240_000 }, () => {
  test("trains, measures and writes its folder to the end; a second call has nothing to do", () => {
    const first = run("run", config, ...small);
    expect([first.status, first.status === 0 ? "" : first.stderr]).toEqual([0, ""]);
    expect(Object.keys(results().models)).toEqual(["teacher", "baseline", "distilled"]);
    for (const file of ["config.yaml", "split.json", "environment.json", "events.jsonl", "report.html", "predictions/other-camera/01.png"])
      expect(existsSync(join(folder, "runs/quickstart", file)), file).toBe(true);
    // what decides on speed and bytes is recorded as TensorFlow read it
    expect(JSON.parse(readFileSync(join(folder, "runs/quickstart/environment.json"), "utf8"))).toMatchObject({
      threads: Number(process.env["SEGDISTILL_THREADS"] ?? 0) || null,
      precision: { asked: "auto", chosen: expect.stringMatching(/^(float32|bfloat16)$/) as string },
      variables: { TF_ENABLE_ONEDNN_OPTS: "1", TF_DETERMINISTIC_OPS: "1" },
    });
    const again = run("run", config, ...small);
    expect(again.stdout.split("\n")[0]).toBe("Everything is done already: configuration, data and code are those of runs/quickstart.");
    expect(again.stderr).toBe("");
  });

  test("another configuration does not go into the same folder", () => {
    const { status, stderr } = run("run", config, ...small, "--set", "distil.steps=5");
    expect(status).toBe(2);
    expect(stderr).toContain("distil.steps is 3 there and 5 here");
  });

  test("its student is opened again: the same scores, and masks on a picture's own grid", async () => {
    const measured = run("evaluate", "runs/quickstart", "--json");
    const { models } = JSON.parse(measured.stdout) as ReturnType<typeof results>;
    expect(models["distilled"]!.domains).toEqual(results().models["distilled"]!.domains);
    const set = await phantoms({ count: 2, size: 70, camera: "b" })();
    await writePng(join(folder, "eye.png"), await set.cases[0]!.image());
    const { status, stdout } = run("predict", "runs/quickstart/students/distilled", "eye.png", "-o", "out");
    expect([status, stdout]).toEqual([0, "1 picture: masks and overlays are in out\n"]);
    const [mask, overlay] = await Promise.all(["out/eye.png", "out/eye.overlay.png"].map((file) => readPicture(join(folder, file))));
    expect([mask!.height, mask!.width, mask!.channels, overlay!.channels]).toEqual([70, 70, 1, 3]);
    expect([...new Set(mask!.data)].every((v) => v === 0 || v === 255)).toBe(true);
  });

  test("a teacher of one's own: weights from a file take the place of its training", () => {
    const weights = join(folder, "runs/quickstart/students/teacher/weights.safetensors");
    const own = [
      "run",
      config,
      ...smaller,
      "--set",
      "teacher.train=null",
      "--set",
      `teacher.weights=${weights}`,
      "--run",
      "runs/own-teacher",
    ];
    const { status, stderr } = run(...own);
    expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
    const [given, trained] = [results("runs/own-teacher").models["teacher"]!, results().models["teacher"]!];
    expect(given.domains).toEqual(trained.domains);
    const missing = run(...own.map((arg) => arg.replace(weights, "none.safetensors")), "--run", "runs/no-teacher");
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain("none.safetensors");
  });

  test("Ctrl-C keeps a checkpoint, and the same command goes on from it", async () => {
    const long = ["run", config, ...smaller, "--set", "teacher.train={ steps: 100000 }", "--run", "runs/stopped"];
    const child = spawn(process.execPath, [bin, ...long], {
      cwd: folder,
      env: { ...process.env, CI: "true" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (text.includes("step 1/")) child.kill("SIGINT");
    });
    const code = await new Promise((ended) => child.on("exit", ended));
    expect(code).toBe(130);
    const step = Number(
      /^stopped at step (\d+) of 100000 of stage "teacher"\. A checkpoint is written; run the same command again to go on\.$/m.exec(
        said,
      )?.[1],
    );
    expect(step).toBeGreaterThan(0);
    const next = spawn(process.execPath, [bin, ...long], {
      cwd: folder,
      env: { ...process.env, CI: "true" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    said = "";
    next.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (text.includes("goes on from")) next.kill("SIGTERM");
    });
    expect(await new Promise((ended) => next.on("exit", ended))).toBe(75);
    expect(said).toContain(`teacher: goes on from step ${step} of 100000\n`);
  });
});
