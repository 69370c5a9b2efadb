import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, test } from "vitest";
import { command } from "./command.js";
import { pack, published, root } from "./packed.js";
import { temporaryFolder } from "./temporary.js";

const packages = published();
const folder = temporaryFolder();
let tarballs: ReadonlyMap<string, string>;
beforeAll(async () => {
  tarballs = await pack(packages, folder);
});

test("there are packages, and those of the first issue are among them", () => {
  const expected = ["backend", "core", "datasets", "metrics", "models", "plugin-kd", "report"].map((name) => `@segdistill/${name}`);
  expect(packages.map(({ manifest }) => manifest.name)).toEqual(expect.arrayContaining(["segdistill", ...expected]));
});

test("what several packages use is installed once: every copy would be loaded", () => {
  const uses = packages.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  const shared = [...new Set(uses.filter((name, i) => uses.indexOf(name) !== i))].filter((name) => !name.startsWith("@segdistill/"));
  expect(shared).toContain("zod");
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { readonly packages: object };
  const copies = Object.keys(lock.packages).filter((at) => shared.some((name) => at.endsWith(`/node_modules/${name}`)));
  expect(copies.filter((at) => /^(apps|packages)\//.test(at))).toEqual([]);
});

describe.each(packages.map(({ folder: at, manifest }) => [manifest.name, at, manifest] as const))("%s", (name, at, manifest) => {
  test("publint has nothing to say about its tarball", async () => {
    const file = readFileSync(tarballs.get(name)!);
    const tarball = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("its types are right for everyone who imports it", async () => {
    const attw = join(dirname(createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json")), "dist", "index.js");
    const { code, stdout, stderr } = await command(process.execPath, [attw, tarballs.get(name)!, "--profile", "esm-only", "--no-color"], {
      cwd: root,
    });
    expect(code, stdout + stderr).toBe(0);
    // the command line has nothing to import; what has, has types
    expect(stdout.includes("does not contain types")).toBe(name === "segdistill");
  });

  test("a plugin says which contract it was written for, and nothing else does", () => {
    expect(manifest.segdistill?.contract).toBe(manifest.keywords?.includes("segdistill-plugin") ? 1 : undefined);
  });

  test("its commands lie outside dist: npm links them when it installs, before a clone is built", () => {
    const commands = Object.values(manifest.bin ?? {});
    expect(commands.filter((path) => path.startsWith("./dist/") || !existsSync(join(at, path)))).toEqual([]);
    expect(commands.length).toBe(name === "segdistill" ? 1 : 0);
  });

  test("it has a README and the licence, and one copy of tfjs stays one copy", () => {
    expect(["README.md", "LICENSE"].filter((file) => !existsSync(join(at, file)))).toEqual([]);
    if (name !== "segdistill") expect(Object.keys(manifest.dependencies ?? {}).filter((one) => one.startsWith("@tensorflow/"))).toEqual([]);
  });
});
