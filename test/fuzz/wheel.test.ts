import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extract, readZip } from "../../packages/backend/src/library/zip.js";
import { zipOf } from "../../packages/backend/src/library/testing/tiny-wheel.js";
import { temporaryFolder } from "../temporary.js";
import { mutated, outcomeOf, tally, tries } from "./mutations.js";

const folder = temporaryFolder();
const wheel = zipOf({
  "tensorflow/a.so": Buffer.alloc(3000, 7),
  "tensorflow/b.so": Buffer.from("short"),
  "x.dist-info/LICENSE": Buffer.from("licence\n"),
});

describe("a wheel", () => {
  it("that was changed anywhere is unpacked whole or refused, to the files that were asked for and no others", async () => {
    const { add, codes } = tally();
    const [path, target] = [join(folder, "x.whl"), join(folder, "out")];
    await fc.assert(
      fc.asyncProperty(mutated([wheel]), async (bytes) => {
        writeFileSync(path, bytes);
        const one = await outcomeOf(async () => {
          const entries = await readZip(path);
          for (const entry of entries.filter(({ name }) => name.endsWith(".so"))) {
            rmSync(target, { force: true });
            await extract(path, entry, target);
          }
        });
        add(one);
        expect(existsSync(join(folder, "tensorflow"))).toBe(false);
      }),
      tries(10_000),
    );
    expect(codes.get("read")).toBeGreaterThan(0);
  });
});
