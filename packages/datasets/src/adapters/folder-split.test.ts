import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { folder } from "./folder.js";

let root: string;
let png: Buffer;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "segdistill-split-"));
  png = await sharp(Buffer.alloc(15), { raw: { width: 5, height: 3, channels: 1 } })
    .png()
    .toBuffer();
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string | Buffer = png): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
const ids = ["p1_a", "p1_b", "p2_a", "p2_b", "p3_a", "p3_b"];
const pairs = async (): Promise<void> => {
  for (const id of ids) for (const part of ["images", "masks"]) await write(`${part}/${id}.png`);
};

describe("folder, groups", () => {
  beforeEach(pairs);

  it("come from an expression on the id, and are never divided", async () => {
    const set = await folder({ group: "^(p\\d)_", split: { seed: 1, train: 0.5, test: 0.5 } })(root);
    expect(set.cases.map(({ group }) => group)).toEqual(["p1", "p1", "p2", "p2", "p3", "p3"]);
    expect(set.warnings).toEqual([]);
    expect([set.splits["train"]!.length, set.splits["validation"]!.length, set.splits["test"]!.length].sort()).toEqual([0, 2, 4]);
  });

  it("come from a CSV file with semicolons, quotes, a BOM and CRLF", async () => {
    await write("patients.csv", '\uFEFFID;Patient\r\n"p1_a";"x; the first"\r\np1_b.png;x\r\np2_a;y\r\n\r\np2_b;y\r\np3_a;z\r\np3_b;z\r\n');
    const set = await folder({ group: { csv: "patients.csv", column: "patient" } })(root);
    expect(set.cases.map(({ group }) => group)).toEqual(["x; the first", "x", "y", "y", "z", "z"]);
  });

  it("come from pattern, as do ids and parts", async () => {
    const set = await folder({ pattern: "^(?<id>(?<group>p\\d)_.)" })(root);
    expect(set.cases.map(({ id, group }) => [id, group]).slice(2, 4)).toEqual([
      ["p2_a", "p2"],
      ["p2_b", "p2"],
    ]);
    await expect(folder({ pattern: "^(?<group>p[12])_" })(root)).rejects.toThrow(
      userError(
        "pattern-mismatch",
        '[folder] pattern "^(?<group>p[12])_" does not fit the picture "p3_a.png". Expected a pattern that fits every path below images. Widen it, or list the picture under skip.',
      ),
    );
  });

  it("are missed where a rule gives none, and a rule that is none is refused", async () => {
    await expect(folder({ group: "^(p[13])_" })(root)).rejects.toThrow(
      userError(
        "group-missing",
        '[folder] group "^(p[13])_" gives no group to 2 of 6 pictures: "p2_a", "p2_b". Expected one for each. Correct it, or list the pictures under skip.',
      ),
    );
    await expect(folder({ group: "p(" })(root)).rejects.toThrow(
      userError(
        "regex-invalid",
        '[folder] group is no regular expression: Invalid regular expression: /p(/u: Unterminated group. Expected something like "^(?<group>[^_]+)", found "p(". Correct it.',
      ),
    );
    await write("patients.csv", "picture,patient\np1_a,x\n");
    await expect(folder({ group: { csv: "patients.csv", column: "patient" } })(root)).rejects.toThrow(
      userError(
        "list-unreadable",
        `[folder] the list "${join(root, "patients.csv")}" cannot be used. Expected a CSV file with columns id and patient; found columns picture, patient. Correct the file.`,
      ),
    );
  });
});

describe("folder, splits", () => {
  const parts = { train: ["p1_a", "p1_b"], validation: ["p2_a", "p2_b"], test: ["p3_a"], all: ids };

  it("come from sub-folders, in both nestings", async () => {
    for (const kind of ["images", "masks"]) {
      await write(`train/${kind}/a.png`);
      await write(`valid/${kind}/b.png`);
      await write(`test/${kind}/c.png`);
    }
    const above = await folder()(root);
    expect(above.splits).toEqual({ train: ["train/a"], validation: ["valid/b"], test: ["test/c"], all: ["test/c", "train/a", "valid/b"] });
    for (const kind of ["images", "masks"]) {
      await write(`other/${kind}/train/a.png`);
      await write(`other/${kind}/val/b.png`);
      await write(`other/${kind}/d.png`);
    }
    const below = await folder()(join(root, "other"));
    expect(below.splits).toEqual({ train: ["train/a"], validation: ["val/b"], test: [], all: ["d", "train/a", "val/b"] });
    expect(below.warnings[1]).toBe("[folder] 1 of 3 pictures are in no part of the split.");
  });

  it("come from lists as CSV, JSON and text, with or without ending and folder", async () => {
    await pairs();
    await write("lists/train.txt", "p1_a\r\nimages/p1_b.png\r\n\r\n");
    await write("lists/val.txt", "p2_a.png\np2_b\n");
    await write("lists/test.txt", "p3_a");
    await write("split.json", JSON.stringify({ train: ["p1_a", "p1_b"], val: ["p2_b", "p2_a"], test: ["p3_a"] }));
    await write("split.csv", "id\tsplit\np1_a\ttrain\np1_b\ttrain\np2_a\tvalidation\np2_b\tvalid\np3_a\ttest\np3_b\t\n");
    for (const lists of ["lists", "split.json", "split.csv"]) {
      const set = await folder({ split: { lists } })(root);
      expect(set.splits).toEqual(parts);
      expect(set.warnings[1]).toBe("[folder] 1 of 6 pictures are in no part of the split.");
    }
  });

  it("refuse ids that are unknown or listed twice, divided groups, and files of another form", async () => {
    await pairs();
    const refused = async (content: string, file = "s.json", group?: string): Promise<unknown> => {
      await write(file, content);
      return folder({ split: { lists: file }, ...(group === undefined ? {} : { group }) })(root).catch((error: unknown) => error);
    };
    expect(await refused('{"train": ["p1_a", "p2b"]}')).toEqual(
      userError("unknown-id", '[folder] "s.json" lists "p2b". Expected an id of a picture; the nearest is "p2_b". Correct the list.'),
    );
    expect(await refused('{"train": ["p1_a"], "val": ["p1_a.png"]}')).toEqual(
      userError(
        "listed-twice",
        '[folder] "s.json" lists "p1_a" in train and in validation. Expected every id in one part, once. Take it out of one.',
      ),
    );
    expect(await refused('{"train": ["p1_a"], "test": ["p1_b", "p2_b"]}', "s.json", "^p\\d")).toEqual(
      userError(
        "group-divided",
        '[folder] the split divides a group: "p1". Expected all pictures of a group in one part. Move them together.',
      ),
    );
    expect(await refused('{"train": "p1_a"')).toEqual(
      userError(
        "list-unreadable",
        `[folder] the list "${join(root, "s.json")}" cannot be used. Expected {"train": [ids], "validation": [ids], "test": [ids]}; found something else. Correct the file.`,
      ),
    );
    await expect(folder({ split: { lists: "no.csv" } })(root)).rejects.toThrow(
      userError(
        "list-missing",
        `[folder] the list "${join(root, "no.csv")}" does not exist. Expected a .csv, .json or .txt file, or a folder of .txt files. Correct the path; it is taken from the root of the data.`,
      ),
    );
  });

  it("refuse shares that do not make 1", () => {
    expect(() => folder({ split: { train: 0.8, test: 0.3 } })).toThrow("Expected train, validation and test to make 1 together");
  });
});
