import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { find, type Kind } from "./offers.js";

let project: string;
const add = (name: string, manifest: object, program: string): void => {
  const dist = join(project, "node_modules", name, "dist");
  mkdirSync(join(dist, "more"), { recursive: true });
  writeFileSync(join(dist, "..", "package.json"), JSON.stringify({ name, version: "1.2.3", type: "module", ...manifest }));
  writeFileSync(join(dist, "index.js"), program);
  writeFileSync(join(dist, "more", "a.js"), "// more\n");
  writeFileSync(join(dist, "index.d.ts"), "// not a program");
};
const exports = { ".": { types: "./dist/index.d.ts", import: "./dist/index.js" } };
const marked = { exports, segdistill: { contract: 1 } };
const two = "export const segdistill = { contract: 1, methods: { fsp: { a: 1 }, attention: {} }, networks: { one: {} } };\n";

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "segdistill-resolve-"));
  add("@lab/two", marked, two);
  add("plain", { exports }, "export const x = 1;");
  add("newer", { ...marked, segdistill: { contract: 2 }, peerDependencies: { "@segdistill/core": "^3.0.0" } }, two);
  add("older", { ...marked, segdistill: { contract: 0 } }, two);
  add("broken", marked, "throw new Error('no such thing');");
  add("silent", marked, "export const other = 1;");
  add("@segdistill/models", marked, "export const segdistill = { contract: 1, networks: { 'u-net': {}, 'mobile-u-net': {} } };");
  const names = ["@lab/two", "plain", "newer", "older", "broken", "silent", "@segdistill/models"];
  const dependencies = Object.fromEntries(names.map((name) => [name, "*"]));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "project", dependencies }));
});
afterAll(() => rmSync(project, { recursive: true }));

const error = (kind: Kind, use: string): Promise<string> =>
  find(kind, use, project, "c.yaml:1:2").then(
    () => "no error",
    (e: unknown) => (e as Error).message.replace(project, "PROJECT"),
  );

test("a thing is found by package and name, and knows where it came from", async () => {
  const found = await find("methods", "@lab/two#fsp", project, "");
  const files = createHash("sha256").update("index.js\0").update(two).update("more/a.js\0").update("// more\n").digest("hex");
  expect(found).toEqual({ name: "fsp", use: "@lab/two#fsp", offered: { a: 1 }, origin: { package: "@lab/two", version: "1.2.3", files } });
});

test("the name may be left out where there is one, and ours have short names", async () => {
  expect((await find("networks", "@lab/two", project, "")).use).toBe("@lab/two#one");
  expect((await find("networks", "mobile-u-net", project, "")).use).toBe("@segdistill/models#mobile-u-net");
});

test("what is not there is refused with what is", async () => {
  expect(await error("methods", "@lab/twoo#fsp")).toBe(
    '[c.yaml:1:2] package "@lab/twoo" is not installed; looked from PROJECT upwards. Install it: npm install @lab/twoo',
  );
  expect(await error("methods", "@lab/two#fps")).toBe(
    '[c.yaml:1:2] package "@lab/two" offers no method "fps". Nearest: "fsp". It offers: attention, fsp.',
  );
  expect(await error("methods", "@lab/two")).toBe(
    '[c.yaml:1:2] package "@lab/two" offers 2 methods. Write "@lab/two#<name>" with one of: attention, fsp.',
  );
  expect(await error("datasets", "@lab/two#x")).toBe(
    '[c.yaml:1:2] package "@lab/two" offers no data sets. It offers methods and networks.',
  );
  expect(await error("networks", "u-nett")).toBe(
    '[c.yaml:1:2] package "@segdistill/models" offers no network "u-nett". Nearest: "u-net". It offers: mobile-u-net, u-net.',
  );
});

test("a package that is none of ours, or of another contract, is refused with the remedy", async () => {
  expect(await error("methods", "plain")).toBe(
    '[c.yaml:1:2] package "plain" 1.2.3 offers nothing to SegDistill. Expected "segdistill": { "contract": 1 } in its package.json, found none. Is the name right?',
  );
  expect(await error("methods", "newer")).toBe(
    '[c.yaml:1:2] package "newer" 1.2.3 is written for contract 2, expected 1. Install the SegDistill that it is written for (@segdistill/core ^3.0.0): npm install segdistill@latest',
  );
  expect(await error("methods", "older")).toBe(
    '[c.yaml:1:2] package "older" 1.2.3 is written for contract 0, expected 1. Install a release of it for contract 1: npm install older@latest',
  );
  expect(await error("methods", "broken")).toBe(
    '[c.yaml:1:2] package "broken" 1.2.3 cannot be loaded: no such thing. Install it anew: npm install broken',
  );
  expect(await error("methods", "silent")).toBe(
    '[c.yaml:1:2] package "silent" 1.2.3 has no export "segdistill". Expected export const segdistill = { contract: 1, … }; ask its author.',
  );
});
