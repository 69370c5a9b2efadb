import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newChildren, type Children } from "./testing/child.js";

let children: Children;
let empty: string;
beforeAll(async () => {
  children = await newChildren();
  empty = await mkdtemp(join(tmpdir(), "segdistill-empty-"));
});
afterAll(async () => {
  await children.remove();
  await rm(empty, { recursive: true });
});

/** Runs `body` in a process of its own; gives what it prints as JSON. */
async function told(body: string, environment: Readonly<Record<string, string | undefined>> = {}): Promise<unknown> {
  const { stdout, stderr } = await children.run(
    `import { startEngine } from "./backend.mjs";
     const tell = (value) => console.log(JSON.stringify(value));
     const failure = (start) => start.then(() => null, ({ name, code, exit, message }) => ({ name, code, exit, message }));
     ${body}`,
    environment,
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

describe("startEngine", () => {
  test("two calls at once, and a later one, give the same engine", async () => {
    const same = `
      const [a, b] = await Promise.all([startEngine(), startEngine({ threads: 1 })]);
      tell([a === b, a === (await startEngine()), a.tensorflow, a.devices.map(({ type }) => type).includes("CPU"), a.threads]);`;
    expect(await told(same, { SEGDISTILL_THREADS: undefined })).toEqual([true, true, "2.21.0", true, null]);
  });

  test("the number of threads: the option, else SEGDISTILL_THREADS, as TensorFlow's own log has it", async () => {
    const count = (options: string): string => `
      const { threads, said } = await startEngine(${options});
      tell([threads, /CPU work thread pool: \\w+, num_threads=(\\d+)/.exec(said)?.[1]]);`;
    const log = { TF_CPP_MIN_LOG_LEVEL: "0", TF_CPP_MAX_VLOG_LEVEL: "1" };
    expect(await told(count(""), { ...log, SEGDISTILL_THREADS: "3" })).toEqual([3, "3"]);
    expect(await told(count("{ threads: 1 }"), { ...log, SEGDISTILL_THREADS: "3" })).toEqual([1, "1"]);
  });

  test.each(["two", "0", "1.5"])("SEGDISTILL_THREADS=%s is refused, and the next try with a right one works", async (found) => {
    const twice = `tell([await failure(startEngine()), (await startEngine({ threads: 2 })).threads]);`;
    expect(await told(twice, { SEGDISTILL_THREADS: found })).toEqual([
      {
        name: "SegDistillError",
        code: "backend/threads",
        exit: 2,
        message: `[backend] the number of threads is "${found}". Expected a whole number, 1 or more. Mend SEGDISTILL_THREADS (or the option "threads"), or leave it out for all cores.`,
      },
      2,
    ]);
  });

  test("no library anywhere: the places that were looked at and the remedy", async () => {
    const nowhere = {
      SEGDISTILL_TENSORFLOW: undefined,
      SEGDISTILL_CACHE: empty,
      PATH: empty,
      VIRTUAL_ENV: undefined,
      CONDA_PREFIX: undefined,
    };
    expect(await told(`tell(await failure(startEngine()));`, nowhere)).toMatchObject({
      code: "backend/no-library",
      exit: 2,
      message: expect.stringMatching(
        new RegExp(
          `^\\[backend\\] TensorFlow's library was not found\\. Looked in: "${empty}.*\\. Run \`npx segdistill setup\`, which fetches it, or set SEGDISTILL_TENSORFLOW to a folder that holds it\\.$`,
        ),
      ) as string,
    });
  });
});
