import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeEnvironment, runPaths } from "@segdistill/core";
import { afterAll, expect, test } from "vitest";
import { precisionOf } from "./evaluate.js";

const top = mkdtempSync(join(tmpdir(), "segdistill-evaluate-"));
afterAll(() => rmSync(top, { recursive: true }));

test("a run of auto is measured again in what it had, where this processor has a use for that", async () => {
  const here = (precision: "float32" | "bfloat16") => (asked: string) =>
    Promise.resolve({ precision: asked === "auto" ? precision : (asked as typeof precision), why: "" });
  const run = async (chosen: "float32" | "bfloat16"): Promise<string> => {
    const folder = join(top, chosen);
    mkdirSync(folder);
    const parts = { packages: {}, threads: 1, precision: { asked: "auto", chosen }, tensorflow: null };
    writeFileSync(runPaths(folder).environment, JSON.stringify(await describeEnvironment(parts)));
    return folder;
  };
  const [full, half] = [await run("float32"), await run("bfloat16")];
  expect(await precisionOf(full, "auto", here("bfloat16"))).toBe("float32");
  expect(await precisionOf(half, "auto", here("bfloat16"))).toBe("bfloat16");
  expect(await precisionOf(half, "auto", here("float32"))).toBe("float32");
  expect(await precisionOf(full, "bfloat16", here("float32"))).toBe("bfloat16");
  expect(await precisionOf(join(top, "none"), "auto", here("bfloat16"))).toBe("bfloat16");
});
