import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors, runPaths } from "@segdistill/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../program.js";
import { observedRun } from "../testing/observed-run.js";
import { readLatents } from "../frechet/latents-file.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-frechet-"));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** The bytes that numpy.save writes, version 1, 2 or 3. */
const npy = (header: string, data: Uint8Array, version = 1): Buffer => {
  const start = version > 1 ? 12 : 10;
  const text = `${header}${" ".repeat(64 - ((start + header.length + 1) % 64))}\n`;
  const first = Buffer.alloc(start);
  first.write("\x93NUMPY", "latin1");
  first[6] = version;
  if (version > 1) first.writeUInt32LE(text.length, 8);
  else first.writeUInt16LE(text.length, 8);
  return Buffer.concat([first, Buffer.from(text, "latin1"), data]);
};
const bytes = (values: Float32Array | Float64Array): Uint8Array => new Uint8Array(values.buffer);
const header = (type: string, order: string, shape: string): string =>
  `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

/** Runs a command line; what it wrote to each stream. */
const run = async (...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
  try {
    const code = await main(args);
    const text = (spy: typeof out): string => spy!.mock.calls.map(([said]) => String(said)).join("");
    return { code, out: text(out), err: text(err) };
  } finally {
    out!.mockRestore();
    err!.mockRestore();
  }
};

const rows = async (name: string, content: string | Uint8Array): Promise<number[][]> =>
  (await readLatents(put(name, content))).rows.map((row) => Array.from(row));
const expected = [[1, 2, 3], [4, 5, 6.5]]; // prettier-ignore

describe("files of latents", () => {
  test.each([
    ["NumPy, float32", "f.npy", npy(header("<f4", "False", "(2, 3)"), bytes(Float32Array.of(1, 2, 3, 4, 5, 6.5)))],
    ["NumPy, float64, Fortran order, version 2", "g.NPY", npy(header("<f8", "True", "(2, 3)"), bytes(Float64Array.of(1, 4, 2, 5, 3, 6.5)), 2)], // prettier-ignore
    ["NumPy, version 3", "v.npy", npy(header("<f8", "False", "(2, 3)"), bytes(Float64Array.of(1, 2, 3, 4, 5, 6.5)), 3)],
    ["safetensors", "s.safetensors", Buffer.concat(encodeSafetensors(new Map([["v", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6.5) }]])))], // prettier-ignore
    ["CSV", "c.csv", "1,2,+3e0\n4., 5,6.5\n\n"],
    ["CSV of semicolons, CRLF and a mark at its beginning", "d.csv", "\ufeff1;2;3\r\n4;5;6.5\r\n"],
    ["CSV of tabs", "t.csv", "1\t2\t3\n4\t5\t6.5"],
  ])("%s", async (_, name, content) => {
    expect(await rows(name, content)).toEqual(expected);
  });

  const saved = "Expected a NumPy file of one array [N, d] of float32 or float64 (np.save); found";
  const six = bytes(Float32Array.of(1, 2, 3, 4, 5, 6));
  test.each([
    ["a.npy", "1,2\n3,4\n5,6\n", `${saved} another format. Save it again: np.save(path, latents).`],
    [
      "b.npy",
      npy(header("<f4", "False", "(2, 3)"), six).subarray(0, 40),
      `${saved} a file that breaks off in its header. Save it again: np.save(path, latents).`,
    ],
    [
      "c.npy",
      npy(header("<f4", "False", "(2, 3)"), six.subarray(4)),
      `${saved} 20 bytes of numbers where 2 x 3 take 24. Save it again: np.save(path, latents).`,
    ],
    ["d.npy", npy(header("<f4", "False", "(6,)"), six), `${saved} an array of 1 dimensions. Save it again: np.save(path, latents).`],
    ["e.npy", npy(header(">f4", "False", "(2, 3)"), six), `${saved} numbers of type >f4. Save it again: np.save(path, latents).`],
    [
      "f.npy",
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", six),
      `${saved} a header without a plain type, order and shape. Save it again: np.save(path, latents).`,
    ],
    [
      "g.safetensors",
      Buffer.concat(encodeSafetensors(new Map([["v", { shape: [6], data: new Float32Array(6) }]]))),
      'Expected one tensor [N, d]; found "v" [6]. Save the latents alone.',
    ],
    ["h.safetensors", Buffer.concat(encodeSafetensors(new Map())), "Expected one tensor [N, d]; found none. Save the latents alone."],
    [
      "i.csv",
      "v0,v1\n1,2\n",
      'Expected numbers with decimal points, one latent a line, no heading; found "v0" in line 1. Take headings and names out.',
    ],
    [
      "j.csv",
      "1;2\n0,5;3\n",
      'Expected numbers with decimal points, one latent a line, no heading; found "0,5" in line 2. Take headings and names out.',
    ],
    [
      "k.csv",
      "1,2\n3,\n",
      'Expected numbers with decimal points, one latent a line, no heading; found "" in line 2. Take headings and names out.',
    ],
    [
      "l.csv",
      "1,2\n3,nan\n",
      'Expected numbers with decimal points, one latent a line, no heading; found "nan" in line 2. Take headings and names out.',
    ],
    ["m.txt", "1,2\n", "Expected a file that ends in .npy, .safetensors or .csv; found .txt. Save it in one of these."],
  ])("refused: %s", async (name, content, message) => {
    const file = put(name, content);
    await expect(readLatents(file)).rejects.toThrow(Object.assign(new Error(`[${file}] ${message}`), { name: "SegDistillError", code: "frechet/file", exit: 2 })); // prettier-ignore
  });
});

describe("segdistill frechet of a run", () => {
  const made = join(folder, "run");
  beforeAll(async () => {
    // one number a row: with equal spreads the distance is the squared distance of the means
    const at = (mean: number): number[][] => [[mean], [mean + 2]];
    const of = (mean: number, by: number): Record<string, number[][]> => ({
      ...{ teacher: at(mean + by), student: at(mean + 2 * by), mask: at(mean), predicted: at(mean + 5 * by) },
    });
    await observedRun(made, {
      unseen: { chase: false, stare: true, hrf: true },
      vectors: { chase: of(0, 1), stare: of(3, 2), hrf: { student: at(10) } },
    });
  });

  test("prints every distance that its observations give, in the order of the domains", async () => {
    const { code, out } = await run("frechet", made, "--bootstrap", "0");
    const lines = out.split("\n");
    expect([code, lines[0]]).toEqual([0, "reading     network  pictures         value  95 % interval     N"]);
    expect(lines.slice(1, 10).map((line) => line.split(/ {2,}/))).toEqual([
      ["FSD_align", "teacher", "chase", "1.00000", "none", "2, 2"],
      ["FSD_align", "teacher", "stare", "4.00000", "none", "2, 2"],
      ["FSD_domain", "teacher", "chase → stare", "16.0000", "none", "2, 2"],
      ["FSD_align", "student", "chase", "4.00000", "none", "2, 2"],
      ["FSD_align", "student", "stare", "16.0000", "none", "2, 2"],
      ["FSD_domain", "student", "chase → stare", "25.0000", "none", "2, 2"],
      ["FSD_domain", "student", "chase → hrf", "64.0000", "none", "2, 2"],
      ["FSD_pred", "", "chase", "25.0000", "none", "2, 2"],
      ["FSD_pred", "", "stare", "100.000", "none", "2, 2"],
    ].map((cells) => cells.filter((cell) => cell !== ""))); // prettier-ignore
    expect(lines[11]).toBe("d 1, shrink none, pca none. Values of other N or options are not comparable.");
    expect(lines[12]).toMatch(/^caution: /);
  });
  test("its intervals are over groups where its observations tell them, over rows else", async () => {
    // four tiles of two patients, of which one is far off: drawn by patient, both draws of one alone have no spread between them
    const vectors = { here: { student: [[0], [1], [8], [9]], mask: [[0], [1], [2], [3]] } };
    const intervals = async (groups?: Record<string, string[]>): Promise<unknown[]> => {
      const path = await observedRun(join(folder, groups ? "by-patient" : "by-row"), {
        unseen: { here: false },
        vectors,
        ...(groups && { groups }),
      });
      const [one] = JSON.parse((await run("frechet", path, "--bootstrap", "50", "--json")).out) as { interval: Record<string, unknown> }[];
      return [
        one!.interval["units"],
        one!.interval["draws"],
        (await run("frechet", path, "--bootstrap", "50")).out.match(/Intervals are over .*/)?.[0],
      ];
    };
    expect(await intervals({ here: ["p", "p", "q", "q"] })).toEqual(["groups", "pairs", "Intervals are over groups."]);
    expect(await intervals()).toEqual(["rows", "pairs", "Intervals are over rows."]);
  });
  test.each([
    ['["p"]', '"groups" in its metadata: 2 texts as JSON, one a row; found 1'],
    ["[1, 2]", '"groups" in its metadata: 2 texts as JSON, one a row; found "[1, 2]"'],
    ["p, q", '"groups" in its metadata: 2 texts as JSON, one a row; found "p, q"'],
  ])("groups %s are refused", async (groups, said) => {
    const file = put(
      "g.safetensors",
      Buffer.concat(encodeSafetensors(new Map([["v", { shape: [2, 1], data: new Float32Array(2) }]]), { groups })),
    );
    await expect(readLatents(file)).rejects.toThrow(`[${file}] Expected ${said}. Write one group for every row, or none.`);
  });
  test("and as JSON, with the files", async () => {
    const found = JSON.parse((await run("frechet", made, "--bootstrap", "0", "--json")).out) as readonly Record<string, unknown>[];
    expect(found.length).toBe(9);
    const file = (domain: string, name: string): string => runPaths(made).observation(domain, `gkd/msan/${name}`);
    expect(found[2]).toMatchObject({
      ...{ reading: "FSD_domain", network: "teacher", on: "chase → stare" },
      ...{ x: { set: "source", n: 2, file: file("chase", "teacher") }, y: { set: "target", n: 2, file: file("stare", "teacher") } },
    });
    expect(found[7]).toMatchObject({ x: { set: "predicted", file: file("chase", "predicted") }, y: { file: file("chase", "mask") } });
  });
  test("a set with fewer components than asked for has a line and the reason; where all have, the option is refused", async () => {
    const rows = (n: number) => Array.from({ length: n }, (_, i) => [i, i ** 2, Math.sin(i), Math.cos(3 * i), i % 3, 1 / (i + 1)]);
    const path = await observedRun(join(folder, "components"), {
      unseen: { lits: false, dcmqi: true },
      vectors: { lits: { predicted: rows(8), mask: rows(9) }, dcmqi: { predicted: rows(2), mask: rows(2) } },
    });
    const said =
      "[fsd] pca is 5. Expected a whole number from 1 to 3: both sets together have 4 rows of 6 numbers. Lower it, or leave it out.";
    const found = await run("frechet", path, "--bootstrap", "0", "--pca", "5");
    expect(found.code).toBe(0);
    const lines = found.out.split("\n");
    expect(lines.slice(1, 3).map((line) => line.split(/ {2,}/))).toEqual([
      ["FSD_pred", "lits", expect.stringMatching(/^\d/) as string, "none", "8, 9"],
      ["FSD_pred", "dcmqi", "–", "–", "–"],
    ]);
    expect(lines).toContain(`no FSD_pred (dcmqi): ${said}`);
    const small = await observedRun(join(folder, "few-components"), {
      unseen: { dcmqi: true },
      vectors: { dcmqi: { predicted: rows(2), mask: rows(2) } },
    });
    for (const paths of [[small], [small, small]])
      expect(await run("frechet", ...paths, "--bootstrap", "0", "--pca", "5")).toMatchObject({ code: 2, err: `${said}\n` });
    expect((await run("frechet", path, small, "--pca", "5")).code).toBe(2); // of each, the unseen domain alone
  });
  test("a domain of one row has no distance: the line stands, with the reason below; alone as well", async () => {
    const few = await observedRun(join(folder, "few"), {
      unseen: { lits: false, dcmqi: true },
      vectors: { lits: { student: [[0], [2]] }, dcmqi: { student: [[9]], mask: [[1], [3]], predicted: [[4], [6]] } },
    });
    const said = [
      "no FSD_align student (dcmqi): [fsd] FSD_align: aligned has 1 rows. Expected at least 2: fewer have no covariance. Give one row for every picture.",
      "no FSD_domain student (lits → dcmqi): [fsd] FSD_domain: target has 1 rows. Expected at least 2: fewer have no covariance. Give one row for every picture.",
    ];
    const caution = (set: string): string =>
      `caution: FSD_pred: ${set} has 2 rows for 1 dimensions, fewer than 10 for each: the value is too large, by more the fewer they are. Compare it only with values of the same N and options, or lower pca.`;
    expect((await run("frechet", few, "--bootstrap", "0")).out).toBe(
      `${[
        "reading     network  pictures        value  95 % interval     N",
        "FSD_align   student  dcmqi               –              –     –",
        "FSD_domain  student  lits → dcmqi        –              –     –",
        "FSD_pred             dcmqi         9.00000           none  2, 2",
        "",
        "d 1, shrink none, pca none. Values of other N or options are not comparable.",
        ...said,
        ...["predicted", "truth"].map(caution),
      ].join("\n")}\n`,
    );
    const file = (domain: string, name: string): string => runPaths(few).observation(domain, `gkd/msan/${name}`);
    const { out } = await run("frechet", few, "--bootstrap", "0", "--json");
    const [align, , pred] = JSON.parse(out) as readonly unknown[];
    expect(align).toEqual({
      ...{ reading: "FSD_align", value: null, interval: null, network: "student", on: "dcmqi" },
      ...{ reason: said[0]!.slice(said[0]!.indexOf("[fsd]")), x: { file: file("dcmqi", "student") }, y: { file: file("dcmqi", "mask") } },
    });
    expect(pred).toMatchObject({ reading: "FSD_pred", value: 9 });

    expect(await run("frechet", few, "--pca", "9")).toMatchObject({ code: 2, err: expect.stringMatching(/^\[fsd\] pca is 9\./) as string });

    const one = await observedRun(join(folder, "one"), { unseen: { a: true }, vectors: { a: { predicted: [[1]], mask: [[2], [3]] } } });
    const { code, out: only } = await run("frechet", one);
    expect([code, only.split("\n").slice(1)]).toEqual([
      0,
      [
        "FSD_pred           a             –              –  –",
        "",
        "no FSD_pred (a): [fsd] FSD_pred: predicted has 1 rows. Expected at least 2: fewer have no covariance. Give one row for every picture.",
        "",
      ],
    ]);
    const files = [file("dcmqi", "student"), file("dcmqi", "mask")];
    expect(await run("frechet", ...files, "--reading", "align")).toMatchObject({
      code: 2,
      err: `${said[0]!.slice(said[0]!.indexOf("[fsd]"))}\n`,
    });
  });
  test("a run without observations, and a reading where there is nothing to name", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    writeFileSync(join(empty, "config.json"), "{}");
    for (const [args, message] of [
      [
        [empty],
        `[${empty}] The run keeps no latent vectors. Expected observations of a method that aligns bottlenecks, in a run that has ended: distil with @segdistill/plugin-msan, or name two files of latents.\n`,
      ],
      [
        [made, "--reading", "align"],
        "[--reading align] goes with two files. A run's observations say themselves what they are: leave it out.\n",
      ],
      [
        [made, made, "--reading", "pred"],
        `[${made}] is a folder. Expected a file of latents [N, d]: .npy, .safetensors or .csv. Correct the path.\n`,
      ],
    ] as const) {
      const { code, err } = await run("frechet", ...args);
      expect([code, err]).toEqual([2, message]);
    }
  });
});

describe("segdistill frechet", () => {
  const a = put("x.csv", "0\n2\n");
  const b = put("y.csv", "5\n5\n");

  test("prints value, sizes, options and cautions", async () => {
    const { code, out } = await run("frechet", a, b, "--reading", "domain", "--bootstrap", "0");
    const caution = (set: string): string =>
      `caution: FSD_domain: ${set} has 2 rows for 1 dimensions, fewer than 10 for each: the value is too large, by more the fewer they are. Compare it only with values of the same N and options, or lower pca.`;
    expect([code, out]).toEqual([
      0,
      [
        "FSD_domain  18.0000",
        "interval    none: no resamples were asked for",
        `X, source   ${a}, N 2`,
        `Y, target   ${b}, N 2`,
        "d           1",
        "options     shrink none, pca none, by covariances",
        "",
        "Values of other N or options are not comparable.",
        caution("source"),
        caution("target"),
        "",
      ].join("\n"),
    ]);
  });

  test("prints an interval with what was drawn", async () => {
    const c = put("z.csv", "1\n3\n");
    const { out } = await run("frechet", a, c, "--reading", "pred", "--bootstrap", "20", "--seed", "7");
    expect(
      out
        .replace(/bias .*\)/, "bias ~)")
        .split("\n")
        .slice(0, 3),
    ).toEqual([
      "FSD_pred      1.00000",
      "interval      1.00000 to 1.00000 (95 %, 20 resamples of rows, pairs, seed 7; bias ~)",
      `X, predicted  ${a}, N 2`,
    ]);
  });

  test("gives options on, and everything as JSON with the files", async () => {
    const two = put("two.csv", "0,1\n2,0\n5,4\n");
    const { code, out } = await run("frechet", two, two, "--reading", "align", "--shrink", "ledoit-wolf", "--pca", "1", "--json");
    const found = JSON.parse(out) as Record<string, unknown>;
    expect([code, found]).toMatchObject([
      0,
      {
        ...{ reading: "FSD_align", shrink: "ledoit-wolf", pca: 1, d: 2, form: "covariances" },
        ...{ x: { set: "aligned", n: 3, file: two }, y: { set: "semantic", n: 3, file: two } },
        interval: { resamples: 200, seed: 0, level: 0.95, draws: "pairs" },
      },
    ]);
    expect(found["value"]).toBeLessThan(1e-9);
  });

  test.each([
    ["align", "aligned", "semantic"],
    ["domain", "source", "target"],
    ["pred", "predicted", "truth"],
  ])("the files of %s are %s and %s, in this order", async (reading, first, second) => {
    const c = put("three.csv", "1\n3\n9\n");
    const { x, y, ...found } = JSON.parse((await run("frechet", a, c, "--reading", reading, "--json")).out) as Record<string, unknown>;
    expect([found["reading"], x, y]).toEqual([`FSD_${reading}`, { set: first, n: 2, file: a }, { set: second, n: 3, file: c }]);
  });

  test("ends with 2 where something has to be mended", async () => {
    const wide = put("wide.csv", "1,2\n3,4\n");
    const [missing, inner] = [join(folder, "none.npy"), join(folder, "inner.npy")];
    mkdirSync(inner);
    const domain = ["--reading", "domain"];
    for (const [args, message] of [
      [
        [a, missing, ...domain],
        `[${missing}] There is no such file. Expected a file of latents [N, d]: .npy, .safetensors or .csv. Correct the path.\n`,
      ],
      [[inner, a, ...domain], `[${inner}] is a folder. Expected a file of latents [N, d]: .npy, .safetensors or .csv. Correct the path.\n`],
      [
        [a, wide, ...domain],
        "[fsd] FSD_domain: source has 1 numbers a row, FSD_domain: target has 2. Expected the same: a distance is taken in one space. Give latents of one size.\n",
      ],
      [
        [a, b, ...domain, "--pca", "x"],
        "[fsd] pca is NaN. Expected a whole number from 1 to 1: both sets together have 4 rows of 1 numbers. Lower it, or leave it out.\n",
      ],
      [
        [a, b, ...domain, "--bootstrap", "3"],
        "[fsd] resamples is 3. Expected 0 for no interval, or a whole number from 10 on, such as 200.\n",
      ],
    ] as const) {
      const { code, err } = await run("frechet", ...args);
      expect([code, err]).toEqual([2, message]);
    }
    for (const args of [[a, b], [a, b, "--reading", "fid"], [a, b, ...domain, "--shrink", "much"]]) // prettier-ignore
      expect((await run("frechet", ...args)).code).toBe(2);
  });
});
