import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const script = fileURLToPath(new URL("everything.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "segdistill-kill-everything-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** When a process is killed: never, so many milliseconds after its first step, or as soon as a checkpoint is being written after that. */
type Moment = { readonly after: number } | { readonly writing: string } | undefined;

const beingWritten = (checkpoints: string): boolean => {
  try {
    return readdirSync(checkpoints).some((stage) => readdirSync(join(checkpoints, stage)).some((name) => name.endsWith(".tmp")));
  } catch {
    return false;
  }
};

/** One process on a run folder; its exit code, or null where it was killed. */
function run(name: string, moment?: Moment): Promise<number | null> {
  const child = spawn(process.execPath, [script, join(folder, name)], { stdio: ["ignore", "pipe", "pipe"] });
  const kill = (): void => void child.kill("SIGKILL");
  let timer: NodeJS.Timeout | undefined;
  let said = "";
  child.stdout.once("data", () => {
    if (!moment) return;
    if ("after" in moment) timer = setTimeout(kill, moment.after);
    else
      timer = setInterval(() => {
        const until = performance.now() + 4; // a write takes a few milliseconds: look closely
        while (performance.now() < until && !child.killed) if (beingWritten(moment.writing)) kill();
      }, 5);
  });
  child.stderr.on("data", (piece: Buffer) => (said += piece.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      clearInterval(timer);
      if (code !== null && code !== 0) reject(new Error(`exit code ${code}: ${said}`));
      else resolve(code);
    });
  });
}

/** SHA-256 of the weights of every finished stage. */
const weights = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ teacher: 30, distillation: 240 }).map(([stage, steps]) => [
      stage,
      createHash("sha256").update(readFileSync(join(folder, name, "checkpoints", stage, `${steps}.safetensors`))).digest("hex"), // prettier-ignore
    ]),
  );
/** Every line of events.jsonl but those of starting and resuming, without what tells the time. */
const events = (name: string): unknown[] =>
  readFileSync(join(folder, name, "events.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event !== "resumed" && event !== "reused")
    .map((line) => Object.fromEntries(Object.entries(line).filter(([key]) => key !== "t" && key !== "ms")));

test("killed twenty times and more, also while a checkpoint is written, it ends with the bytes and events of an undisturbed run", async () => {
  expect(await run("whole")).toBe(0);
  const told = events("whole") as { event?: string; step?: number; stage: string }[];
  expect(told.filter(({ event }) => event === "skipped").length).toBeGreaterThan(0);
  expect(told.filter((line) => "validation" in line).length).toBe(24);

  const moments: string[] = [];
  let killed = 0;
  for (let i = 0; i < 200 && killed < 20; i++) {
    const after = Math.round(20 + Math.random() * 380);
    const writing = i % 3 === 2;
    moments.push(writing ? "writing" : String(after));
    const code = await run("killed", writing ? { writing: join(folder, "killed", "checkpoints") } : { after });
    if (code === 0) break;
    killed++;
  }
  expect(killed, "it ended before it was killed often enough: make it longer").toBeGreaterThanOrEqual(20);
  expect(await run("killed")).toBe(0);
  expect(weights("killed"), `killed at ${moments.join(", ")}`).toEqual(weights("whole"));
  expect(events("killed")).toEqual(events("whole"));
}, 400_000);
