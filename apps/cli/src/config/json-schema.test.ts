import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { installedPackages, type Offering } from "../resolve/offerings.js";
import { configurationSchema, isOwnSchema } from "./json-schema.js";
import { parseSource } from "./read.js";

const root = new URL("../../../../", import.meta.url);
const read = (path: string): Record<string, unknown> => parseSource(readFileSync(new URL(path, root), "utf8"), path).value;

let faults: (value: unknown) => string[];
let all: readonly Offering[];
beforeAll(async () => {
  all = (await installedPackages(fileURLToPath(root))).flatMap(({ offerings }) => offerings);
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(configurationSchema(all));
  faults = (value) => {
    validate(value);
    return (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== "if")
      .map(({ instancePath, message, params }) => `${instancePath} ${message ?? ""} ${JSON.stringify(params)}`);
  };
});
/** The quickstart with one text in it changed. */
const quickstart = (from: string, to: string): unknown => {
  const text = readFileSync(new URL("examples/quickstart.yaml", root), "utf8");
  expect(text).toContain(from);
  return parseSource(text.replace(from, to), "q.yaml").value;
};

test.each(["examples/quickstart.yaml", "examples/tiny.yaml"])("%s is valid", (path) => {
  expect(faults(read(path))).toEqual([]);
});

describe("a mistake is marked where it stands", () => {
  test.each([
    ["a key at the top", "seed: 0", "sede: 0", '/ must NOT have additional properties {"additionalProperty":"sede"}'],
    [
      "an option of a data set",
      "count: 16",
      "cuont: 16",
      '/data/test/other-camera must NOT have additional properties {"additionalProperty":"cuont"}',
    ],
    [
      "a value of such an option",
      "camera: b",
      "camera: c",
      '/data/test/other-camera/camera must be equal to one of the allowed values {"allowedValues":["a","b"]}',
    ],
    ["an option of a network", "width: 32", "widht: 32", '/teacher must NOT have additional properties {"additionalProperty":"widht"}'],
    ["its value", "width: 32", "width: 0", '/teacher/width must be >= 1 {"comparison":">=","limit":1}'],
    [
      "an option of a method",
      "temperature: 1 }",
      "temprature: 1 }",
      '/distil/methods/1 must NOT have additional properties {"additionalProperty":"temprature"}',
    ],
    [
      "an option of another method",
      'kd#supervised" }',
      'kd#supervised", temperature: 1 }',
      '/distil/methods/0 must NOT have additional properties {"additionalProperty":"temperature"}',
    ],
    [
      "two kinds of budget",
      "distil:\n  epochs: 10",
      "distil:\n  steps: 5\n  epochs: 10",
      '/distil must match exactly one schema in oneOf {"passingSchemas":[0,1]}',
    ],
    ["two seeds", "seed: 0", "seed: 0\nseeds: [1]", "/ must NOT be valid {}"],
    [
      "two optimisers",
      "{ adam: { rate: 1e-3 } }, schedule",
      "{ adam: { rate: 1e-3 }, sgd: {} }, schedule",
      '/teacher/train/optimiser must NOT have more than 1 properties {"limit":1}',
    ],
  ])("%s", (_, from, to, fault) => {
    expect(faults(quickstart(from, to)).map((text) => (text.startsWith(" ") ? `/${text}` : text))).toEqual([fault]);
  });

  test("a name that nothing installed offers", () => {
    const [fault] = faults(quickstart("use: mobile-u-net", "use: mobile-unet"));
    expect(fault).toMatch(/^\/student\/use must be equal to one of the allowed values .*"mobile-u-net"/);
  });
});

test("a file that extends another may leave out what that one has, and takes out with null; its keys are checked all the same", () => {
  expect(
    faults({
      extends: "base.yaml",
      name: "a",
      teacher: { width: 8, train: null, weights: "t.safetensors" },
      distil: { steps: 3, epochs: null },
    }),
  ).toEqual([]);
  expect(faults({ extends: "base.yaml", nmae: "a" })).toEqual([' must NOT have additional properties {"additionalProperty":"nmae"}']);
  expect(faults({ extends: "base.yaml", teacher: { use: "u-net", widht: 8 } })[0]).toContain('"additionalProperty":"widht"');
});

describe("a file that extends another", () => {
  const train = (choice: object): unknown => ({ extends: "base.yaml", distil: choice });
  test.each([
    ["optimiser", { optimiser: { adam: null, sgd: { rate: 0.1 } } }],
    ["schedule", { schedule: { poly: null, cosine: {} } }],
    ["clip", { clip: { norm: null, value: 1 } }],
  ])("changes its choice of %s: null takes out what that one chose", (_, choice) => {
    expect(faults(train(choice))).toEqual([]);
  });

  test("may not choose two itself", () => {
    expect(faults(train({ optimiser: { adam: {}, sgd: {} } }))[0]).toBe("/distil/optimiser must NOT be valid {}");
    expect(faults(train({ clip: { norm: 1, value: 1 } }))[0]).toBe("/distil/clip must NOT be valid {}");
    expect(faults(train({ schedule: { poly: 1, cosine: {} } }))).toContain("/distil/schedule must NOT be valid {}");
  });
});

test("shared pieces of several packages do not meet; a package without zod leaves its options open", () => {
  const offer = (uses: string, options: z.ZodType | null): Offering => ({
    kind: "methods",
    name: "m",
    uses: [uses],
    options: options && (z.toJSONSchema(options, { io: "input" }) as NonNullable<Offering["options"]>),
  });
  interface Tree {
    readonly inner?: Tree | undefined;
  }
  const tree = (key: string): z.ZodType => {
    const node: z.ZodType<Tree> = z.strictObject({ [key]: z.int().optional(), inner: z.lazy(() => node).optional() });
    return z.strictObject({ tree: node, other: node.optional() });
  };
  const schema = configurationSchema([...all, offer("@lab/a#m", tree("a")), offer("@lab/b#m", tree("b")), offer("@lab/c#m", null)]);
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const value = read("examples/quickstart.yaml") as { distil: object };
  const valid = (entry: object): boolean => validate({ ...value, distil: { ...value.distil, methods: [entry] } });
  expect(valid({ use: "@lab/a#m", tree: { inner: { a: 1 } } })).toBe(true);
  expect(valid({ use: "@lab/a#m", tree: { inner: { b: 1 } } })).toBe(false);
  expect(valid({ use: "@lab/b#m", tree: { inner: { b: 1 } } })).toBe(true);
  expect(valid({ use: "@lab/c#m", anything: 1 })).toBe(true);
  expect(isOwnSchema(JSON.stringify(schema, null, 2))).toBe(true);
});
