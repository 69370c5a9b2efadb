import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openData } from "./open-data.js";

let folder: string;
// A data set package of somebody else, as it lies in a user's project: groups are the first letter of an id.
const program = `
const schema = { parse: (value) => ({ classes: ["background", "vessel"], ...value }) };
const create = ({ classes, domain = "d", samePeople }) => async (root) => {
  const cases = ["a1", "a2", "b1", "c1"].map((id) => ({ id, group: id[0], domain, root }));
  const splits = { all: ["a1", "a2", "b1", "c1"], train: ["a1", "b1"], leaky: ["a2", "c1"], test: ["c1"], none: [] };
  return { name: "set", domain, samePeople, classes, cases, splits };
};
export const segdistill = { contract: 1, datasets: { set: { options: schema, create } } };
`;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "segdistill-data-"));
  const root = join(folder, "node_modules", "sets");
  mkdirSync(root, { recursive: true });
  writeFileSync(
    join(root, "package.json"),
    JSON.stringify({ name: "sets", type: "module", main: "index.js", segdistill: { contract: 1 } }),
  );
  writeFileSync(join(root, "index.js"), program);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { sets: "1" } }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const open = (
  train: object,
  test: object,
  roots = new Map<string, string>(),
  more: { data?: object; sample?: { unlabelled?: number } } = {},
) =>
  openData(
    {
      data: {
        train: { use: "sets", split: "train", ...train },
        test: { other: { use: "sets", split: "test", unseen: false, ...test } },
        ...more.data,
      },
      ...(more.sample && { sample: more.sample }),
    },
    { at: (path) => `c.yaml:${path.join("/")}`, folder, roots, detected: () => "/found" },
  );

test("parts hold the cases of their split, in the set's order, and their options filled in", async () => {
  const { train, test } = await open({}, {});
  expect(train.cases.map(({ id }) => id)).toEqual(["a1", "b1"]);
  expect([test["other"]!.cases.length, test["other"]!.unseen]).toEqual([1, false]);
  expect(test["other"]!.entry).toEqual({ use: "sets", split: "test", unseen: false, classes: ["background", "vessel"] });
  expect(train.set).toBe(test["other"]!.set); // opened once
});

test("--data goes before what was recognised", async () => {
  const root = async (roots: Map<string, string>) => ((await open({}, {}, roots)).train.cases[0] as unknown as { root: string }).root;
  expect([await root(new Map()), await root(new Map([["set", "/given"]])), await root(new Map([["sets", "/as-used"]]))]).toEqual([
    "/found",
    "/given",
    "/as-used",
  ]);
});

test("a labelled share leaves whole groups over, which are the unlabelled part where one is asked for and none is named", async () => {
  const labelled = { share: 0.5, seed: 0 };
  const ids = (part: { readonly cases: readonly { readonly id: string }[] } | undefined) => part?.cases.map(({ id }) => id);
  const parts = async (data: object, sample: { unlabelled?: number } = {}) => {
    const { train, unlabelled } = await open({ split: "train" }, {}, new Map(), { data, sample });
    return [ids(train), ids(unlabelled)];
  };
  expect(await parts({})).toEqual([["a1", "b1"], undefined]);
  const [some, none] = await parts({ labelled });
  expect([some!.length, none]).toEqual([1, undefined]);
  const [same, others] = await parts({ labelled }, { unlabelled: 1 });
  expect([same, [...same!, ...others!].sort()]).toEqual([some, ["a1", "b1"]]);
  expect(await parts({ labelled, unlabelled: { use: "sets", split: "train" } }, { unlabelled: 1 })).toEqual([some, ["a1", "b1"]]); // prettier-ignore
  expect(await parts({ labelled: { share: 1, seed: 0 } }, { unlabelled: 1 })).toEqual([["a1", "b1"], undefined]); // which `batches` refuses
});

test("what does not fit is refused", async () => {
  await expect(open({ split: "trian" }, {})).rejects.toThrow(
    '[c.yaml:data/train] data set "sets" has no split "trian". Nearest: "train". It has: all, leaky, none, test, train.',
  );
  await expect(open({ split: "none" }, {})).rejects.toThrow(
    '[c.yaml:data/train] split "none" of data set "sets" holds no case. Expected at least one. Choose another split, or complete the data.',
  );
  await expect(open({}, { split: "leaky" })).rejects.toThrow(
    "[data] train and test.other share 1 groups (a). Expected none: a patient must stand on one side. Choose other splits.",
  );
  await expect(open({}, { classes: ["background", "liver"] })).rejects.toThrow(
    '[c.yaml:data/test/other] data set "sets" has the classes background, liver; the training set has background, vessel. Choose sets of the same classes.',
  );
});

test("an unseen domain stands in nothing that is trained or chosen on, under no split and no other name", async () => {
  const far = { domain: "far", unseen: true };
  expect((await open({}, far)).test["other"]!.unseen).toBe(true);
  const says = (part: string, learnt: string): string =>
    `[c.yaml:data/test/other/unseen] "other" is called unseen, and data.${part} is of ${learnt}. Expected that nothing of an unseen domain is trained or chosen on. Take ${part} from another source, or leave unseen out.`;
  // Split "test" holds other patients than "train": of one source all the same.
  await expect(open({}, { unseen: true })).rejects.toThrow(says("train", 'the same domain, "d"'));
  await expect(open({ domain: "far", split: "none" }, far)).rejects.toThrow("none");
  const validation = { use: "sets", split: "train", domain: "far" };
  await expect(open({}, far, new Map(), { data: { validation } })).rejects.toThrow(says("validation", 'the same domain, "far"'));
  // Opened with other options it is another set of the same domain.
  const unlabelled = { use: "sets", split: "train", domain: "far", samePeople: [] };
  await expect(open({}, far, new Map(), { data: { unlabelled } })).rejects.toThrow(says("unlabelled", 'the same domain, "far"'));
  for (const [train, test] of [[{ samePeople: ["far"] }, far], [{}, { ...far, samePeople: ["d"] }]] as const) // prettier-ignore
    await expect(open(train, test)).rejects.toThrow(says("train", '"d", which shows the same people as "far"'));
  expect((await open({}, { domain: "far" }, new Map(), { data: { validation } })).test["other"]!.unseen).toBe(false);
});
