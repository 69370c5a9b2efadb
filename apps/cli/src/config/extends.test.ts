import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfiguration } from "./extends.js";
import { merged } from "./merge.js";

const top = realpathSync(mkdtempSync(join(tmpdir(), "segdistill-extends-")));
const project = join(top, "project");
const write = (path: string, text: string): string => {
  writeFileSync(join(top, path), text);
  return join(top, path);
};
const error = (file: string): string => {
  try {
    readConfiguration(file);
  } catch (e) {
    return (e as Error).message.replaceAll(top, "TOP");
  }
  throw new Error("no error");
};

beforeAll(() => {
  mkdirSync(join(project, "a", "b"), { recursive: true });
  mkdirSync(join(top, "alone"));
  write("project/package.json", "{}");
  write("outside.yaml", "name: secret\n");
  write("alone/base.yaml", "name: base\n");
});
afterAll(() => rmSync(top, { recursive: true }));

describe("what is extended", () => {
  test("mappings are merged deeply, lists replaced, null takes out; the first file has the last word", () => {
    write(
      "project/root.yaml",
      "name: root\nseed: 1\nteacher: { use: u-net, width: 8, train: { steps: 4 } }\nprepare: [{ channel: green }, { scale: 255 }]\n",
    );
    write("project/a/middle.yaml", "extends: ../root.yaml\nseed: 2\nteacher: { width: 16 }\n");
    const file = write(
      "project/a/b/own.yaml",
      "extends: ../middle.yaml\nname: own\nteacher: { train: null, weights: w.safetensors }\nprepare: [{ scale: 2 }]\n",
    );
    expect(readConfiguration(file).value).toEqual({
      name: "own",
      seed: 2,
      teacher: { use: "u-net", width: 16, weights: "w.safetensors" },
      prepare: [{ scale: 2 }],
    });
  });

  test("a place is where the key that counts stands", () => {
    const file = join(project, "a/b/own.yaml");
    const { at } = readConfiguration(file);
    expect(at(["name"])).toBe(`${file}:2:1`);
    expect(at(["seed"])).toBe(`${join(project, "a/middle.yaml")}:2:1`);
    expect(at(["teacher", "use"])).toBe(`${join(project, "root.yaml")}:3:12`);
    expect(at(["teacher", "depth"])).toBe(`${file}:3:1`);
    expect(at(["student"])).toBe(file);
  });

  test("paths to weights stay those of the file that names them", () => {
    write("project/weights.yaml", "teacher: { weights: { file: w/t.safetensors, names: /abs/names.yaml } }\n");
    const file = write("project/a/moved.yaml", "extends: ../weights.yaml\nname: moved\n");
    expect(readConfiguration(file).value).toEqual({
      name: "moved",
      teacher: { weights: { file: join("..", "w", "t.safetensors"), names: "/abs/names.yaml" } },
    });
  });

  test("a configuration that extends nothing is as it is written, null too", () => {
    expect(readConfiguration(write("project/plain.yaml", "name: plain\nseed: null\n")).value).toEqual({ name: "plain", seed: null });
  });
});

describe("what is refused", () => {
  test("a circle, with its files", () => {
    const first = write("project/one.yaml", "extends: two.yaml\n");
    write("project/two.yaml", "name: two\nextends: three.yaml\n");
    write("project/three.yaml", "extends: two.yaml\n");
    expect(error(first)).toBe(
      "[TOP/project/three.yaml:1:1] configurations extend each other in a circle: TOP/project/two.yaml → TOP/project/three.yaml → TOP/project/two.yaml. Take one extends out.",
    );
    expect(error(write("project/self.yaml", "extends: self.yaml\n"))).toBe(
      "[TOP/project/self.yaml:1:1] configurations extend each other in a circle: TOP/project/self.yaml → TOP/project/self.yaml. Take one extends out.",
    );
  });

  test("a file that is not there, with the chain that led to it", () => {
    write("project/lost.yaml", "extends: gone.yaml\n");
    expect(error(write("project/finds.yaml", "extends: lost.yaml\n"))).toBe(
      '[TOP/project/lost.yaml:1:1] extends "gone.yaml", which does not exist (TOP/project/finds.yaml → TOP/project/lost.yaml → gone.yaml). Paths are taken from the folder of the file that says so. Correct the path.',
    );
  });

  test("whatever lies outside of the project: by .., by an absolute path, through a link", () => {
    const tail =
      "Expected a file in the project (the folder of the nearest package.json, else that of the configuration), named from here. Copy it there.";
    const outside = (at: string, asked: string, inside: string): string =>
      `[TOP/${at}:1:1] extends "${asked}", which lies outside of TOP/${inside}. ${tail}`;
    expect(error(write("project/a/up.yaml", "extends: ../../outside.yaml\n"))).toBe(
      outside("project/a/up.yaml", "../../outside.yaml", "project"),
    );
    expect(error(write("project/abs.yaml", `extends: ${join(project, "root.yaml")}\n`))).toBe(
      outside("project/abs.yaml", "TOP/project/root.yaml", "project"),
    );
    symlinkSync(join(top, "outside.yaml"), join(project, "link.yaml"));
    expect(error(write("project/linked.yaml", "extends: link.yaml\n"))).toBe(outside("project/linked.yaml", "link.yaml", "project"));
    expect(error(write("alone/up.yaml", "extends: ../outside.yaml\n"))).toBe(outside("alone/up.yaml", "../outside.yaml", "alone"));
    expect(readConfiguration(write("alone/beside.yaml", "extends: base.yaml\n")).value).toEqual({ name: "base" });
  });

  test("anything but one path", () => {
    expect(error(write("project/list.yaml", "name: a\nextends: [root.yaml]\n"))).toBe(
      "[TOP/project/list.yaml:2:1] extends: expected the path of one other configuration, found a list of 1. For example extends: base.yaml",
    );
  });
});

test("merging makes keys of its own, even of names that JavaScript uses", () => {
  const evil = JSON.parse('{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 2 } } }') as Record<
    string,
    unknown
  >;
  const result = merged(JSON.parse('{ "__proto__": { "a": 1 } }') as Record<string, unknown>, evil);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  expect(JSON.stringify(result)).toBe('{"__proto__":{"a":1,"polluted":1},"constructor":{"prototype":{"polluted":2}}}');
});
