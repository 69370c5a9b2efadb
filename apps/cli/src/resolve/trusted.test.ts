import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { find } from "./offers.js";

// Every package here would leave a mark if a line of it ran.
const top = realpathSync(mkdtempSync(join(tmpdir(), "segdistill-trusted-")));
afterAll(() => rmSync(top, { recursive: true }));
const put = (path: string, content: string | object): string => {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), typeof content === "string" ? content : JSON.stringify(content));
  return join(top, path);
};
const program = (name: string): string =>
  `globalThis.ran = [...(globalThis.ran ?? []), "${name}"]; export const segdistill = { contract: 1, networks: { one: {} } };`;
const add = (folder: string, name: string): void => {
  put(`${folder}/package.json`, { name, version: "1.2.3", type: "module", exports: "./index.js", segdistill: { contract: 1 } });
  put(`${folder}/index.js`, program(name));
};
const ran = (): readonly string[] => (globalThis as { readonly ran?: readonly string[] }).ran ?? [];
const error = (use: string, folder: string): Promise<string> =>
  find("networks", use, join(top, folder), "c.yaml:1:2").then(
    () => "no error",
    (e: unknown) => {
      expect((e as Error).name).toBe("SegDistillError");
      return (e as Error).message;
    },
  );

test("a package is loaded where the project names it as a dependency of any kind, from folders below it too", async () => {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  put("named/package.json", Object.fromEntries(kinds.map((kind) => [kind, { [`${kind.toLowerCase()}-one`]: "1" }])));
  mkdirSync(join(top, "named/configs/deep"), { recursive: true });
  for (const kind of kinds) {
    const name = `${kind.toLowerCase()}-one`;
    add(`named/node_modules/${name}`, name);
    expect((await find("networks", `${name}#one`, join(top, "named/configs/deep"), "")).use).toBe(`${name}#one`);
    expect(ran()).toContain(name);
  }
});

test("what merely lies in node_modules is refused, and no line of it runs", async () => {
  put("stray/package.json", { dependencies: { other: "1" } });
  add("stray/node_modules/stray-one", "stray-one");
  expect(await error("stray-one#one", "stray")).toBe(
    `[c.yaml:1:2] package "stray-one" lies in node_modules, but ${join(top, "stray/package.json")} does not name it. Expected it among the dependencies of the project: only then what a configuration names is loaded. If you trust it: npm install stray-one`,
  );
  add("bare/node_modules/bare-one", "bare-one");
  expect(await error("bare-one", "bare")).toBe(
    `[c.yaml:1:2] package "bare-one" lies in node_modules, but there is no package.json at or above ${join(top, "bare")} that names it. Expected it among the dependencies of the project: only then what a configuration names is loaded. If you trust it: npm install bare-one`,
  );
  expect(ran()).not.toContain("stray-one");
  expect(ran()).not.toContain("bare-one");
});

test("a package that is called like one of ours, or like a network of ours, does not take its place", async () => {
  put("shadow/package.json", { name: "shadow" });
  add("shadow/node_modules/@segdistill/models", "shadowed");
  add("shadow/node_modules/u-net", "shadowed");
  expect((await find("networks", "u-net", join(top, "shadow"), "")).use).toBe("@segdistill/models#u-net");
  expect(ran()).not.toContain("shadowed");
});

test("the names of packages are no paths, addresses or parts of Node", async () => {
  add("paths/evil", "evil");
  put("paths/package.json", { dependencies: { "../evil": "1", "./evil": "1" } });
  mkdirSync(join(top, "paths/node_modules"));
  const names = ["../evil", "./evil", join(top, "paths/evil"), "node:fs", "file:///evil", "a/../../evil", "@x/../../evil", ".", "", "a\\..\\evil"]; // prettier-ignore
  for (const name of names)
    expect(await error(`${name}#one`, "paths")).toBe(
      `[c.yaml:1:2] ${JSON.stringify(name)} is not the name of a package. Expected one that the project depends on, such as "@segdistill/plugin-kd": code is loaded from installed packages only, never from a path. Install the package: npm install <name>`,
    );
  expect(await error("fs#one", "paths")).toBe(
    `[c.yaml:1:2] package "fs" is not installed; looked from ${join(top, "paths")} upwards. Install it: npm install fs`,
  );
  expect(ran()).not.toContain("evil");
});

test("workspaces of the project are part of it, seen from the root and from another workspace; other folders are not", async () => {
  put("mono/package.json", { workspaces: ["packages/*", "./tools/**/plugin"], devDependencies: { "root-dep": "1" } });
  put("mono/apps/own/package.json", { name: "own" });
  for (const name of ["packages/member", "tools/a/b/plugin", "elsewhere/stranger"]) {
    add(`mono/${name}`, name.split("/").at(-1)!);
    mkdirSync(join(top, "mono/node_modules"), { recursive: true });
    symlinkSync(join(top, "mono", name), join(top, "mono/node_modules", name.split("/").at(-1)!));
  }
  add("mono/node_modules/root-dep", "root-dep");
  for (const use of ["member#one", "plugin#one", "root-dep#one"]) {
    expect((await find("networks", use, join(top, "mono"), "")).use).toBe(use);
    expect((await find("networks", use, join(top, "mono/packages/member"), "")).use).toBe(use);
  }
  expect(await error("stranger", "mono")).toMatch(/^\[c\.yaml:1:2\] package "stranger" lies in node_modules, but .* does not name it\./);
  expect(await error("member", "mono/apps/own")).toMatch(
    /^\[c\.yaml:1:2\] package "member" lies in node_modules, but .* does not name it\./,
  );
  expect(ran()).not.toContain("stranger");
});

test("a project's package.json that cannot be read is told", async () => {
  const file = put("broken/package.json", "{ ");
  // What follows is said by Node, in the words of its version.
  expect(await error("anything", "broken")).toContain(`[${file}] cannot be read: Expected property name or '}' in JSON at position 2`);
  expect(await error("anything", "broken")).toMatch(/\. Expected the package\.json of a project\. Mend it\.$/);
});
