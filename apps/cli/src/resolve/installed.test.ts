import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import type * as Fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { installed } from "./installed.js";

const reads = vi.hoisted((): string[] => []);
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof Fs>();
  const readFileSync = (...given: Parameters<typeof fs.readFileSync>) => {
    reads.push(String(given[0]));
    return fs.readFileSync(...given);
  };
  return { ...fs, readFileSync };
});

const top = realpathSync(mkdtempSync(join(tmpdir(), "segdistill-installed-")));
afterAll(() => rmSync(top, { recursive: true }));
const put = (path: string, content: object): void => {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), JSON.stringify(content));
};

test("packages that the project names, of those that offer something; its manifest and ours are read once for all", () => {
  put("package.json", { dependencies: { "one-offers": "1", "two-offers": "1", "offers-nothing": "1" } });
  for (const name of ["one-offers", "two-offers", "stray"]) put(`node_modules/${name}/package.json`, { name, segdistill: { contract: 1 } });
  put("node_modules/offers-nothing/package.json", { name: "offers-nothing" });
  const found = installed(top).map(({ name }) => name);
  expect(found.filter((name) => !name.startsWith("@segdistill/"))).toEqual(["one-offers", "two-offers"]);
  expect(found).toContain("@segdistill/models");
  const own = fileURLToPath(new URL("../../package.json", import.meta.url));
  expect([join(top, "package.json"), own].map((file) => reads.filter((path) => path === file).length)).toEqual([1, 1]);
});
