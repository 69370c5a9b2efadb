import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { writePng } from "@segdistill/datasets";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { configure } from "../config/configure.js";
import { parseSource } from "../config/read.js";
import { asked } from "../terminal/ask.js";
import { init, type InitOptions } from "./init.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-init-"));
const said: string[] = [];
beforeAll(async () => {
  for (const part of ["images", "masks"]) mkdirSync(join(folder, "eyes", part), { recursive: true });
  mkdirSync(join(folder, "nothing"));
  for (let i = 0; i < 6; i++) {
    const raster = (channels: 1 | 3, value: (n: number) => number) => ({
      height: 70,
      width: 100,
      channels,
      data: Uint8Array.from({ length: 70 * 100 * channels }, (_, n) => value(n)),
    });
    await writePng(
      join(folder, "eyes", "images", `${i}.png`),
      raster(3, (n) => (n * 7 + i) % 256),
    );
    await writePng(
      join(folder, "eyes", "masks", `${i}.png`),
      raster(1, (n) => (n % 5 ? 0 : 255)),
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void said.splice(0));

const file = (name: string): string => join(folder, name, "c.yaml");
/** The text of what init writes into a folder of its own. */
const written = async (name: string, options: InitOptions, ask?: typeof asked): Promise<string> => {
  mkdirSync(join(folder, name), { recursive: true });
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    expect(await init(file(name), options, ask)).toBe(0);
  } finally {
    vi.restoreAllMocks();
  }
  return readFileSync(file(name), "utf8");
};
const message = (options: InitOptions, at = file("never")): Promise<string> =>
  init(at, options, undefined).then(
    () => "no error",
    (e: unknown) => (e as Error).message.replaceAll(folder, "FOLDER"),
  );

describe("what is written", () => {
  test("passes the check of a run and the schema beside it; options stand there as comments that hold", async () => {
    const text = await written("plain", {});
    const { value } = parseSource(text, "c.yaml");
    expect(configure(parseSource(text, "c.yaml"))).toMatchObject({
      name: "c",
      data: { train: { use: "phantoms", split: "train" }, validation: { split: "validation" }, test: { phantoms: { split: "test" } } },
      sample: { patch: 160, perImage: 1 },
      teacher: { use: "u-net" },
      student: { use: "mobile-u-net" },
    });
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./segdistill.schema.json");
    const schema = JSON.parse(readFileSync(join(folder, "plain", "segdistill.schema.json"), "utf8")) as object;
    const valid = new Ajv2020({ strict: false }).compile(schema);
    expect([valid(value), valid.errors]).toEqual([true, null]);
    const uncommented = text.replace("  # width: 64", "  width: 64");
    expect(uncommented).not.toBe(text);
    expect(valid(parseSource(uncommented, "c.yaml").value)).toBe(true);
    expect(said).toEqual([`${file("plain")} is written, and its schema beside it.\nnext  segdistill run ${file("plain")}\n`]);
  });

  test("for a folder of one's own: patches that fit its pictures, and the command with its place", async () => {
    const text = await written("own", { data: join(folder, "eyes"), student: "u-net", name: "eyes", json: true });
    const config = configure(parseSource(text, "c.yaml"));
    expect(config).toMatchObject({ name: "eyes", data: { train: { use: "folder" } }, prepare: [{ channel: "grey" }, {}, { scale: 255 }] });
    expect(config.sample).toMatchObject({ patch: 64, perImage: 2 }); // 70 × 100 pixels: 64 = 2 · 32; 7000 / 64² = 1.7
    expect(config.student.use).toBe("u-net");
    expect((JSON.parse(said[0]!) as { next: string }).next).toMatch(/^segdistill run .*c\.yaml --data folder=.*eyes$/);
  });

  test("at most three questions, only for what no flag gives; an empty answer is the default", async () => {
    const questions: string[] = [];
    const ask = (question: string, fallback: string): Promise<string> => {
      questions.push(question);
      return Promise.resolve(question.startsWith("Student") ? "u-net" : fallback);
    };
    const text = await written("asked", {}, ask as typeof asked);
    expect(questions.map((question) => question.split(/[:,]/)[0])).toEqual(["Data", "Teacher", "Student"]);
    expect(configure(parseSource(text, "c.yaml")).student.use).toBe("u-net");
    await written("flags", { data: "phantoms", teacher: "u-net" }, ask as typeof asked);
    expect(questions.length).toBe(4);
    await written("yes", { yes: true }, ask as typeof asked);
    expect(questions.length).toBe(4);
  });
});

describe("what is refused", () => {
  test("a file that is there, whatever it holds; a schema file that is not ours", async () => {
    mkdirSync(join(folder, "there"));
    writeFileSync(file("there"), "mine");
    expect(await message({}, file("there"))).toBe(
      '[init] "FOLDER/there/c.yaml" exists already, and nothing is overwritten. Give another name: segdistill init other.yaml',
    );
    expect(readFileSync(file("there"), "utf8")).toBe("mine");
    writeFileSync(join(folder, "there", "segdistill.schema.json"), "{}");
    expect(await message({}, join(folder, "there", "d.yaml"))).toBe(
      '[init] "FOLDER/there/segdistill.schema.json" exists already and is no schema of SegDistill\'s. Expected none. Move it, or write the configuration into another folder.',
    );
  });

  test("names that nothing offers, folders that nothing recognises; nothing is written", async () => {
    expect(await message({ student: "mobile-unet" })).toBe(
      '[--student mobile-unet] package "@segdistill/models" offers no network "mobile-unet". Nearest: "mobile-u-net". It offers: enet, erfnet, fanet, mobile-u-net, transunet, u-net.',
    );
    const names = "Names: busi, chaos-ct, chase-db1, cvc-clinicdb, dca1, drive, folder, hrf, kvasir-seg, lits, msd, phantoms, stare.";
    const expected = "Expected a folder that holds images/ and masks/, or the folder of a published set, or a name.";
    expect(await message({ data: join(folder, "chase-bd1") })).toBe(
      `[--data FOLDER/chase-bd1] is neither a data set nor a folder that one recognises. ${expected} Nearest: "chase-db1". ${names}`,
    );
    expect(await message({ data: "phantom" })).toBe(
      `[--data phantom] is neither a data set nor a folder that one recognises. ${expected} Nearest: "phantoms". ${names}`,
    );
    expect(existsSync(file("never"))).toBe(false);
  });
});

test("a question takes a line, its default for an empty one, and is refused at the end of the input", async () => {
  const ask = (line: string | null): Promise<string> => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = asked("Teacher", "u-net", { input, output });
    if (line === null) input.end();
    else input.write(line);
    return answer;
  };
  expect(await ask(" enet \n")).toBe("enet");
  expect(await ask("\n")).toBe("u-net");
  await expect(ask(null)).rejects.toMatchObject({ message: "stopped at a question; nothing was written.", exit: 130 });
});
