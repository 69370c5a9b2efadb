import type * as promises from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { groupsOf } from "../../packages/datasets/src/adapters/groups.js";
import { splitByLists } from "../../packages/datasets/src/adapters/split-lists.js";
import { mutated, outcomeOf, tally, tries } from "./mutations.js";

// A disk of one file: all of our reading runs, and ten thousand inputs wait for no disk. The datasets' own tests read real files.
const disk = vi.hoisted((): { bytes: Uint8Array } => ({ bytes: new Uint8Array() }));
vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof promises>()),
  realpath: (path: string) => Promise.resolve(path),
  stat: () => Promise.resolve({ size: disk.bytes.length, isDirectory: () => false }),
  readFile: () => Promise.resolve(Buffer.from(disk.bytes).toString("utf8")),
}));
const folder = "/data";
const ids = ["a/1", "a/2", "b/1", "b/2", "c", "constructor"];
const samples = {
  "lists.json": '{"train": ["a/1", "a/2.png"], "validation": ["b/1"], "test": ["c"]}',
  "lists.csv": 'id,split,group\na/1,train,a\n"a/2",train,a\nb/1,val,b\n"c.png";test;c\n',
  "train.txt": "a/1\na/2.png\r\n\nb\\1\n",
};

describe("lists of a data set", () => {
  it.each(Object.entries(samples))(
    "%s that was changed anywhere is read or refused; parts hold known ids, each once",
    async (name, sample) => {
      const { add, codes } = tally();
      await fc.assert(
        fc.asyncProperty(mutated([sample]), async (bytes) => {
          disk.bytes = bytes;
          const one = await outcomeOf(() => splitByLists("folder", folder, name, ids));
          add(one);
          if (!("value" in one)) return;
          const { all, ...parts } = one.value;
          expect(all).toEqual(ids);
          const listed = Object.values(parts).flat();
          expect(listed.filter((id) => !ids.includes(id))).toEqual([]);
          expect(new Set(listed).size).toBe(listed.length);
        }),
        tries(10_000),
      );
      for (const code of ["read", name.endsWith("txt") ? "unknown-id" : "list-unreadable"])
        expect(codes.get(code), code).toBeGreaterThan(0);
    },
  );

  it("a table of groups that was changed anywhere gives every id a group, or is refused", async () => {
    const { add, codes } = tally();
    await fc.assert(
      fc.asyncProperty(
        mutated([`id,group\n${ids.map((id) => `${id},${id[0]!}\n`).join("")}`]),
        fc.constantFrom("group", "constructor"),
        async (bytes, column) => {
          disk.bytes = bytes;
          const one = await outcomeOf(() => groupsOf("folder", folder, { csv: "groups.csv", column }, ids));
          add(one);
          if ("value" in one) expect(ids.filter((id) => typeof one.value.get(id) !== "string")).toEqual([]);
        },
      ),
      tries(10_000),
    );
    for (const code of ["read", "list-unreadable", "group-missing"]) expect(codes.get(code), code).toBeGreaterThan(0);
  });
});
