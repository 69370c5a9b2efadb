import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explain } from "./explain.js";
import { message, output } from "../testing/said.js";
import { run } from "./run.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-explain-"));
afterAll(() => rmSync(folder, { recursive: true }));
const tiny = readFileSync(new URL("../../../../examples/tiny.yaml", import.meta.url), "utf8");
const file = join(folder, "sweep.yaml");
const lines = tiny.trimEnd().split("\n").length;
beforeAll(() => {
  writeFileSync(file, `${tiny.trimEnd()}\nsweep:\n  - { name: longer, set: { distil.epochs: 4 } }\n  - { set: { teacher.width: 8 } }\n`);
});
const options = { data: [], set: [], probe: false, quiet: true } as const;

describe("explain of a sweep", { timeout: 120_000 }, () => {
  test("says how many entries there are and explains the first, or the one that is named", async () => {
    const [first, empty, second] = (await output(() => explain(file, options))).split("\n");
    expect([first, empty]).toEqual([
      "A sweep of 3 entries, all checked: plain, longer, width-8. This is plain; --entry NAME explains another.",
      "",
    ]);
    expect(second).toContain("tiny: 3 stages, 24 steps,");
    const longer = await output(() => explain(file, { ...options, entry: "longer", json: true }));
    expect(JSON.parse(longer)).toMatchObject({ steps: 40, sweep: { entry: "longer", entries: ["plain", "longer", "width-8"] } });
    expect(await output(() => explain(file, { ...options, set: ["sweep=null"] }))).toMatch(/^tiny: 3 stages, 24 steps,/);
  });

  test("says of an entry that is chosen among how many, and checks every try", async () => {
    const chosen = join(folder, "chosen.yaml");
    const written =
      "sweep:\n  - { name: best, choose: [{ distil.epochs: 3 }, { student.width: 8 }, { distil.without: [logits/kl] }] }\n  - { name: longer, set: { distil.epochs: 4 } }\n";
    writeFileSync(chosen, `${tiny.trimEnd()}\n${written}`);
    const best = { ...options, entry: "best" };
    expect((await output(() => explain(chosen, best))).split("\n")[0]).toBe(
      "A sweep of 3 entries, all checked: plain, best, longer. This is best, which is chosen on validation among 3 tries, and this the first of them; --entry NAME explains another.",
    );
    const told = async (entry: string): Promise<unknown> =>
      JSON.parse(await output(() => explain(chosen, { ...options, entry, json: true })));
    const entries = ["plain", "best", "longer"];
    expect(await told("best")).toMatchObject({ steps: 32, sweep: { entry: "best", entries, tries: 3 } });
    expect(await told("longer")).toMatchObject({ steps: 40 });
    expect(await told("longer")).not.toHaveProperty("sweep.tries");
    writeFileSync(chosen, readFileSync(chosen, "utf8").replace("logits/kl]", "logits/lk]"));
    expect(await message(explain(chosen, options))).toBe(
      'entry "best", try 3, of the sweep: [logits] has no term "lk" to leave out. Its terms: kl.',
    );
  });

  test("finds what is wrong with an entry, at its line, and a name that none has", async () => {
    const broken = join(folder, "broken.yaml");
    writeFileSync(broken, readFileSync(file, "utf8").replace("teacher.width", "teacher.widht"));
    expect(await message(explain(broken, options))).toBe(
      `[${broken}:${lines + 3}:14] unknown key "widht" in teacher. Nearest: "width". Known keys: bias, train, use, weights, width.`,
    );
    expect(await message(explain(file, { ...options, entry: "longest" }))).toBe(
      '[--entry longest] the sweep has no entry of this name. Nearest: "longer". Entries: longer, plain, width-8.',
    );
    expect(await message(explain(file, { ...options, set: ["sweep=null"], entry: "plain" }))).toBe(
      '[--entry] the configuration has no sweep. Expected sweep: [{ set: { "distil.epochs": 2 } }]. Leave --entry out.',
    );
  });
});

test("run --resume is refused for a whole sweep, in place of being dropped", async () => {
  expect(await message(run(file, { data: [], set: [], quiet: true, resume: true, run: join(folder, "runs") }))).toBe(
    "[--resume] a sweep goes on by itself: what is finished is kept, and entries that were stopped go on. Expected the same command without it, or one entry: --entry NAME --resume",
  );
});
