import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contentKey, sha256, sha256OfFile, sha256OfFolder, sha256OfJson } from "./content.js";
import { temporaryFolder } from "../testing/temporary.js";

// The standard's own examples (FIPS 180-2, appendix B).
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

test("SHA-256 of texts, bytes, files and data", async () => {
  expect(sha256("abc")).toBe(abc);
  expect(sha256(new Uint8Array([97, 98, 99]))).toBe(abc);
  const file = join(temporaryFolder(), "a");
  writeFileSync(file, "abc");
  expect(await sha256OfFile(file)).toBe(abc);
  expect(sha256OfJson({ b: 1, a: [2] })).toBe(sha256('{"a":[2],"b":1}'));
});

test("a key follows from its parts alone, whatever their order", () => {
  const key = contentKey({ stage: "teacher", options: { width: 32, depth: 4 }, after: [] });
  expect(key).toBe(sha256('{"parts":{"after":[],"options":{"depth":4,"width":32},"stage":"teacher"},"schema":1}'));
  expect(contentKey({ after: [], options: { depth: 4, width: 32 }, stage: "teacher" })).toBe(key);
  expect(contentKey({ after: [], options: { depth: 4, width: 33 }, stage: "teacher" })).not.toBe(key);
});

test("a folder's hash follows from names and contents of its files", async () => {
  const make = (text: string, name = "b.js"): string => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "sub"));
    mkdirSync(join(folder, "node_modules"));
    writeFileSync(join(folder, "node_modules", "x.js"), text);
    writeFileSync(join(folder, ".hidden"), text);
    writeFileSync(join(folder, "a.js"), "abc");
    writeFileSync(join(folder, "sub", name), text);
    return folder;
  };
  const hash = await sha256OfFolder(make("1"));
  expect(hash).toBe(sha256(`{"a.js":"${abc}","sub/b.js":"${sha256("1")}"}`));
  expect(await sha256OfFolder(make("2"))).not.toBe(hash);
  expect(await sha256OfFolder(make("1", "c.js"))).not.toBe(hash);
});
