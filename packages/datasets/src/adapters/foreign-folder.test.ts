import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { writePng } from "../readers/write-png.js";
import { chaseDb1 } from "./chase-db1.js";
import { folder } from "./folder.js";
import { guardedExpression } from "./guarded-expression.js";
import { placer } from "./place.js";

// A data set that a stranger packed.
let top = "";
const picture = { height: 2, width: 3, channels: 1, data: Uint8Array.of(0, 255, 0, 255, 0, 0) };
const set = async (name: string): Promise<string> => {
  const root = join(top, name);
  for (const part of ["images", "masks"]) {
    await mkdir(join(root, part), { recursive: true });
    for (const id of ["a", "b"]) await writePng(join(root, part, `${id}.png`), picture);
  }
  return root;
};
beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), "segdistill-foreign-")));
  await mkdir(join(top, "private"));
  await writePng(join(top, "private", "x.png"), picture);
  await writeFile(join(top, "private", "list.csv"), "id,split,group\na,train,1\nb,test,2\n");
});
afterAll(() => rm(top, { recursive: true }));

describe("links in a data set", () => {
  const leaves = (root: string, path: string): Error =>
    userError(
      "link-leaves",
      `[data] "${path}" is a link that leads out of "${root}". Expected only links inside of it: a data set from elsewhere may not show other files. Put the files themselves there, or give the folder that the link leads to.`,
    );

  it("to a file or folder outside of it are refused", async () => {
    const root = await set("leaving-file");
    await symlink(join(top, "private", "x.png"), join(root, "images", "x.png"));
    await expect(folder()(root)).rejects.toEqual(leaves(root, join(root, "images", "x.png")));
    const other = await set("leaving-folder");
    await symlink("../private", join(other, "more"));
    await expect(folder()(other)).rejects.toEqual(leaves(other, join(other, "more")));
    await mkdir(join(top, "holder"));
    await writeFile(join(top, "private", "Image_01L.jpg"), "");
    await symlink(join(top, "private"), join(top, "holder", "data"));
    await expect(chaseDb1()(join(top, "holder"))).rejects.toEqual(leaves(join(top, "holder"), join(top, "holder", "data")));
  });

  it("inside of it, to nothing, and the data set itself as a link are taken", async () => {
    const root = await set("inner");
    await symlink("a.png", join(root, "images", "c.png"));
    await symlink("b.png", join(root, "masks", "c.png"));
    await symlink(join(top, "nothing"), join(root, "images", "d.png"));
    await symlink(root, join(top, "whole"));
    const { cases } = await folder()(join(top, "whole"));
    expect(cases.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });
});

describe("a configuration's options for a data set", () => {
  it("name no list outside of the data, upwards, absolute or by a link", async () => {
    const root = await set("lists");
    await symlink(join(top, "private", "list.csv"), join(root, "list.csv"));
    const outside = (option: string, found: string): Error =>
      userError(
        "file-outside",
        `[folder] ${option} names "${found}", which lies outside of "${root}". Expected a file in the folder of the data. Copy it there.`,
      );
    await rm(join(root, "list.csv"));
    for (const found of ["../private/list.csv", join(top, "private", "list.csv"), "../missing.csv"]) {
      await expect(folder({ split: { lists: found } })(root)).rejects.toEqual(outside("lists", found));
      await expect(folder({ group: { csv: found } })(root)).rejects.toEqual(outside("group.csv", found));
    }
  });

  it("cannot keep the program busy by an expression or a pattern of stars", () => {
    const slow = guardedExpression("^(a+)+$", "u");
    expect(slow.exec("aaa")?.[0]).toBe("aaa");
    expect(() => slow.exec(`${"a".repeat(60)}b`)).toThrow(
      userError(
        "regex-slow",
        '[folder] the expression "^(a+)+$" takes more than 2 s on one name. Expected one without nested repetitions, such as "^([^_]+)". Write it more simply.',
      ),
    );
    expect(() => placer("**/**/**/images")).toThrow(
      userError(
        "pattern-stars",
        '[folder] the folder pattern "**/**/**/images" has too many stars. Expected at most two "**", and three "*" between two "/". Spell out more of it.',
      ),
    );
    expect(() => placer("a/*x*x*x*")).toThrow('"a/*x*x*x*" has too many stars');
    const start = process.cpuUsage();
    expect(placer("**/*x*x*x/**/images")(`${"a/".repeat(150)}${"x".repeat(200)}`)).toBe(null);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
  });

  it("are no property of an object: a split or a column is only what its list has", async () => {
    const root = await set("names");
    await writeFile(join(root, "odd.json"), '{"constructor": ["a"], "__proto__": [], "toString": ["b"]}');
    expect(Object.keys((await folder({ split: { lists: "odd.json" } })(root)).splits)).toEqual([
      "constructor",
      "__proto__",
      "toString",
      "all",
    ]);
    await writeFile(join(root, "list.csv"), "id,split\na,train\n");
    await expect(folder({ group: { csv: "list.csv", column: "constructor" } })(root)).rejects.toThrow(
      "Expected a CSV file with columns id and constructor; found columns id, split.",
    );
  });
});
