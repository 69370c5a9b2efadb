import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { configure } from "../apps/cli/src/config/configure.js";
import { readConfiguration } from "../apps/cli/src/config/extends.js";
import { parseSource, type Source } from "../apps/cli/src/config/read.js";
import { published, root } from "./packed.js";

const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");
const readmes = ["README.md", ...published().map(({ folder }) => relative(root, join(folder, "README.md")))].filter((file) =>
  existsSync(join(root, file)),
);

test("the script that the tarball test runs is shown whole, and has at most 20 statements", () => {
  const script = read("examples", "three-steps.mjs");
  expect(read("README.md")).toContain(`\`\`\`js\n${script}\`\`\``);
  expect(script.match(/^[^\n]*;$/gm)?.filter((line) => !line.startsWith("import ")).length).toBeLessThanOrEqual(20);
});

const yaml = [...read("README.md").matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text], i): [string, () => Source] => [
  `README.md ${i}`,
  () => parseSource(text!, `README.md ${i}`),
]);
const files = ["examples", "configs"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".yaml"))
    .map((name): [string, () => Source] => [`${folder}/${name}`, () => readConfiguration(join(root, folder, name))]),
);

test.each([...yaml, ...files])("the configuration %s is accepted", (_, source) => {
  const { data, distil } = configure(source());
  expect(Object.keys(data.test).length).toBeGreaterThan(0);
  expect(distil.methods.map(({ use }) => use)).toContain("@segdistill/plugin-kd#supervised");
});

test("there is a configuration in the README", () => {
  expect(yaml.map(([name]) => name)).toEqual(["README.md 0"]);
});

test.each(readmes)("what %s links to is there", (file) => {
  const links = [...read(file).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));
  expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([]);
});
