import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { libraryNotFound } from "../errors.js";
import { findLibrary, searchedPlaces } from "./find.js";
import { installFolder } from "./install.js";
import { cacheFolder, type Machine } from "./machine.js";
import { emptyFolder, testMachine } from "./testing/test-machine.js";

function withLibraries(folder: string, names = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]): string {
  mkdirSync(folder, { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), name);
  return folder;
}
/** A folder of Python packages with a TensorFlow in it. */
function packages(folder: string, version: string, project = "tensorflow"): string {
  mkdirSync(join(folder, `${project}-${version}.dist-info`), { recursive: true });
  return withLibraries(join(folder, "tensorflow"));
}
async function cached(machine: Machine & { readonly cache: string }): Promise<string> {
  const folder = join(machine.cache, "tensorflow", "2.21.0-cpu-linux-x86_64");
  mkdirSync(join(machine.cache, "tensorflow"), { recursive: true });
  await installFolder(withLibraries(emptyFolder()), folder, { version: "2.21.0", from: "a test", sha256: null }, { machine });
  return folder;
}
/** A python3 that says where its packages are and counts its calls. */
function fakePython(machine: Machine, sitePackages: string): string {
  const path = join(machine.home, "bin", "python3");
  writeFileSync(path, `#!/bin/sh\necho called >> "${machine.home}/calls"\necho "${sitePackages}"\necho "${sitePackages}"\necho /nowhere\n`);
  chmodSync(path, 0o755);
  return join(machine.home, "calls");
}

function thrown(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  throw new Error("was expected to throw");
}

test("a given folder comes before everything", async () => {
  const machine = testMachine({ env: { SEGDISTILL_TENSORFLOW: withLibraries(emptyFolder()) } });
  await cached(machine);
  const folder = withLibraries(emptyFolder());
  expect(findLibrary({ folder, machine })).toEqual({
    folder,
    cc: join(folder, "libtensorflow_cc.so.2"),
    framework: join(folder, "libtensorflow_framework.so.2"),
    version: null,
    source: "given",
  });
});

test("the variable comes before the cache, the cache before Python", async () => {
  const home = emptyFolder();
  const site = packages(join(home, "venv", "lib", "python3.12", "site-packages"), "2.21.0");
  const machine = testMachine({ home, env: { VIRTUAL_ENV: join(home, "venv") } });
  expect(findLibrary({ machine })).toMatchObject({ folder: site, source: "python", version: "2.21.0" });
  const folder = await cached(machine);
  expect(findLibrary({ machine })).toMatchObject({ folder, source: "cache", version: "2.21.0" });
  const named = withLibraries(emptyFolder());
  expect(findLibrary({ machine: { ...machine, env: { ...machine.env, SEGDISTILL_TENSORFLOW: named } } })).toMatchObject({
    folder: named,
    source: "environment",
  });
});

test("macOS has other names", () => {
  const names = ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"];
  const folder = withLibraries(emptyFolder(), names);
  expect(findLibrary({ folder, machine: testMachine({ os: "darwin", arch: "arm64" }) })?.cc).toBe(join(folder, names[0]!));
});

test("a library of the cache that was cut, or has no record, does not count", async () => {
  const machine = testMachine();
  const folder = await cached(machine);
  expect(findLibrary({ machine })?.source).toBe("cache");
  truncateSync(join(folder, "libtensorflow_cc.so.2"), 3);
  expect(findLibrary({ machine })).toBeNull();
  withLibraries(folder);
  expect(findLibrary({ machine })?.source).toBe("cache");
  rmSync(join(folder, "segdistill.json"));
  expect(findLibrary({ machine })).toBeNull();
});

test("python3 is asked only when nothing else is there, and only once", async () => {
  const machine = testMachine();
  const site = packages(join(machine.home, "site"), "2.21.0", "tensorflow_cpu");
  const calls = fakePython(machine, join(machine.home, "site"));
  expect(findLibrary({ machine })).toMatchObject({ folder: site, source: "python" });
  expect(readFileSync(calls, "utf8")).toBe("called\n");
  truncateSync(calls, 0);
  await cached(machine);
  expect(findLibrary({ machine })?.source).toBe("cache");
  expect(readFileSync(calls, "utf8")).toBe("");
});

test("a Python TensorFlow of another version does not count, and is named", () => {
  const machine = testMachine();
  fakePython(machine, join(machine.home, "site"));
  const site = packages(join(machine.home, "site"), "2.15.1");
  expect(findLibrary({ machine })).toBeNull();
  expect(libraryNotFound(searchedPlaces({ machine })).message).toBe(
    `[backend] TensorFlow's library was not found. Looked in: "${machine.cache}/tensorflow/2.21.0-cpu-linux-x86_64"; "${site}" (TensorFlow 2.15.1). Run \`npx segdistill setup\`, which fetches it, or set SEGDISTILL_TENSORFLOW to a folder that holds it.`,
  );
});

test("a named folder that lacks a library is an error, not passed over", async () => {
  const folder = withLibraries(emptyFolder(), ["libtensorflow_cc.so.2"]);
  const machine = testMachine({ env: { SEGDISTILL_TENSORFLOW: folder } });
  await cached(machine);
  const text = (who: string, found: string): string =>
    `[setup] ${who} names "${folder}". Expected "libtensorflow_cc.so.2" and "libtensorflow_framework.so.2" in it, found no ${found}. Name the folder that holds both (in a Python environment it is site-packages/tensorflow).`;
  expect(thrown(() => findLibrary({ machine }))).toMatchObject({
    message: text("SEGDISTILL_TENSORFLOW", '"libtensorflow_framework.so.2"'),
    code: "library/folder",
    exit: 2,
  });
  rmSync(join(folder, "libtensorflow_cc.so.2"));
  expect(thrown(() => findLibrary({ machine, folder }))).toMatchObject({
    message: text("library", '"libtensorflow_cc.so.2" and no "libtensorflow_framework.so.2"'),
  });
});

test("the cache's folder", () => {
  const home = "/home/ada";
  expect(cacheFolder({ home, env: {} })).toBe("/home/ada/.cache/segdistill");
  expect(cacheFolder({ home, env: { XDG_CACHE_HOME: "/x" } })).toBe("/x/segdistill");
  expect(cacheFolder({ home, env: { XDG_CACHE_HOME: "/x", SEGDISTILL_CACHE: "/y" } })).toBe("/y");
});
