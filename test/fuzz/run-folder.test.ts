import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkpoints,
  decodeSafetensors,
  encodeSafetensors,
  openRunFolder,
  readEvents,
  readResults,
  readRunFolder,
  readStudent,
  sha256,
} from "../../packages/core/src/run-folder/index.js";
import { curvesOf } from "../../packages/report/src/curves-of.js";
import { temporaryFolder } from "../temporary.js";
import { mutated, outcome, outcomeOf, tally, tries } from "./mutations.js";
import { events, record, results, student } from "./samples.js";

const f32 = (...shape: number[]) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 7) });
const tensors = new Map<string, { shape: readonly number[]; data: Float32Array | Int32Array | Uint8Array }>([
  ["encoder/1/conv/kernel", f32(3, 1, 1, 2)],
  ["encoder/1/conv/bias", f32(2)],
  ["decoder/norm/mean", f32(5)],
  ["counts", { shape: [2, 3], data: Int32Array.of(1, 2, 3, 4, 5, 6) }],
  ["flags", { shape: [3], data: Uint8Array.of(0, 1, 2) }],
]);
const file = Buffer.concat(encodeSafetensors(tensors, { format: "segdistill" }));
const half = (() => {
  const header = '{"h":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"l":{"dtype":"I64","shape":[2],"data_offsets":[8,24]}}';
  const bytes = Buffer.alloc(8 + header.length + 24, 1);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  return bytes;
})();
const withHeader = (header: string, length = BigInt(header.length)): Buffer => {
  const bytes = Buffer.alloc(8 + header.length);
  bytes.writeBigUInt64LE(length);
  bytes.write(header, 8);
  return bytes;
};
const messageOf = async (act: () => unknown): Promise<string> => {
  try {
    await act();
  } catch (e) {
    expect((e as Error).name, (e as Error).stack ?? "").toBe("SegDistillError");
    return (e as Error).message;
  }
  return "no error";
};
/** What is left of the memory that an act took, and what it took at most, is not known to the program; what it asked for at once shows here. */
const grown = (act: () => void): number => {
  const before = process.memoryUsage().rss;
  act();
  return (process.memoryUsage().rss - before) / 2 ** 20;
};

describe("safetensors from a stranger", () => {
  it("that were changed anywhere are read or refused; what is read fits its file", () => {
    const { add, codes } = tally();
    fc.assert(
      fc.property(mutated([file, half]), (bytes) => {
        const one = outcome(() => decodeSafetensors(bytes, "w.safetensors"));
        add(one);
        if ("value" in one)
          for (const { shape, data } of one.value.tensors.values()) {
            expect(data.length).toBe(shape.reduce((n, d) => n * d, 1));
            expect(data.length).toBeLessThanOrEqual(bytes.length);
          }
      }),
      tries(10_000),
    );
    for (const code of ["read", "safetensors/not-one", "safetensors/bad-tensor"]) expect(codes.get(code), code).toBeGreaterThan(0);
  });

  it("cannot announce more than they hold", async () => {
    const refused = (bytes: Uint8Array): Promise<string> => messageOf(() => decodeSafetensors(bytes, "w.safetensors"));
    const notOne = (why: string): string =>
      `[safetensors] "w.safetensors" is not a whole safetensors file: ${why}. Expected 8 bytes of header length, a JSON header and the tensors. Copy or save the file again.`;
    const bad = (why: string): string => `[safetensors] "w.safetensors": tensor "a" ${why}. The file is damaged: copy or save it again.`;
    expect(await refused(withHeader("{}", 2n ** 60n))).toBe(notOne("its header is said to have 1152921504606846976 bytes, 2 bytes follow"));
    expect(await refused(withHeader(`{}${" ".repeat(10_000_000)}`))).toBe(notOne("its header has 10000002 bytes, more than 10000000"));
    const terabytes = '{"a":{"dtype":"F32","shape":[1048576,1048576],"data_offsets":[0,4398046511104]}}';
    expect(grown(() => void refused(withHeader(terabytes)))).toBeLessThan(50);
    expect(await refused(withHeader(terabytes))).toBe(bad("lies at bytes 0 to 4398046511104, the file has 0 bytes of tensors"));
    expect(await refused(withHeader('{"a":{"dtype":"F32","shape":[1048576,1048576],"data_offsets":[0,0]}}'))).toBe(
      bad("of type F32 and shape [1048576, 1048576] has 0 bytes, expected 4398046511104"),
    );
    expect(await refused(withHeader(`{"a":{"dtype":"F32","shape":[${"1,".repeat(99)}0],"data_offsets":[0,0]}}`))).toBe(
      bad("has 100 dimensions, more than 16"),
    );
    const empty = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}';
    expect(await refused(withHeader(`{"a":${empty},"\\u0061":${empty}}`))).toBe(notOne('its header has "a" twice'));
  });

  it("may hold tensors with the names of an object's own properties", () => {
    const odd = new Map(["__proto__", "constructor", "toString"].map((name) => [name, f32(2)]));
    const bytes = Buffer.concat(encodeSafetensors(odd));
    expect([...decodeSafetensors(bytes, "w").tensors.keys()]).toEqual(["__proto__", "constructor", "toString"]);
  });
});

describe("the JSON files of a run folder or student from a stranger", () => {
  const folder = temporaryFolder({ inMemory: true });
  const written = (name: string, content: Uint8Array | string): string => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const changed = async (sample: string, read: (bytes: Uint8Array) => Promise<unknown>, expected: readonly string[]): Promise<void> => {
    const { add, codes } = tally();
    await fc.assert(
      fc.asyncProperty(mutated([sample]), async (bytes) => add(await outcomeOf(() => read(bytes)))),
      tries(10_000),
    );
    for (const code of expected) expect(codes.get(code), code).toBeGreaterThan(0);
    expect(Object.keys(Object.prototype)).toEqual([]);
  };

  it("student.json", async () => {
    written("student/weights.safetensors", file);
    const sample = JSON.stringify(student(sha256(file)), null, 1);
    await changed(
      sample,
      (bytes) => {
        written("student/student.json", bytes);
        return readStudent(join(folder, "student"));
      },
      ["read", "student/not-json", "student/invalid"],
    );
  });

  it("results.json", async () => {
    const sample = JSON.stringify(results, null, 1);
    await changed(sample, (bytes) => readResults(written("results.json", bytes)), ["read", "results/not-json", "results/invalid"]);
  });

  it("config.json, and split.json, which is read in the same way", async () => {
    const config = JSON.stringify({ name: "a", data: { train: { use: "folder", split: "train" } }, list: [1, 2.5, null, true] });
    const open = async (bytes: Uint8Array): Promise<unknown> => {
      written("run/config.json", bytes);
      return readRunFolder(join(folder, "run"));
    };
    await changed(config, open, ["read", "run/not-json"]);
  });

  it("the record of a checkpoint: read, or set aside and told", async () => {
    const stages = checkpoints(join(folder, "checkpoints"));
    const at = join(folder, "checkpoints", "teacher");
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "5.safetensors"), file);
    const { add, codes } = tally();
    await fc.assert(
      fc.asyncProperty(mutated([JSON.stringify(record(sha256(file)))]), async (bytes) => {
        writeFileSync(join(at, "5.json"), bytes);
        const one = await outcomeOf(() => stages.latest("teacher", "k"));
        const found = "value" in one ? (one.value.checkpoint ? "used" : "set aside") : one.code;
        add({ code: found });
        if (found === "set aside") {
          writeFileSync(join(at, "5.safetensors"), file);
          if ("value" in one) expect(one.value.warnings.join("\n").length).toBeGreaterThan(0);
        }
      }),
      tries(10_000),
    );
    for (const code of ["used", "set aside"]) expect(codes.get(code), code).toBeGreaterThan(0);
  });

  it("events.jsonl, and the curves that are drawn of them", async () => {
    const { add, codes } = tally();
    fc.assert(
      fc.property(mutated([events.map((line) => `${JSON.stringify(line)}\n`).join("")]), (bytes) => {
        add(outcome(() => curvesOf(readEvents(written("events.jsonl", bytes)))));
      }),
      tries(10_000),
    );
    for (const code of ["read", "events/bad-line"]) expect(codes.get(code), code).toBeGreaterThan(0);
    const line = (rest: string): Promise<string> => messageOf(() => readEvents(written("e.jsonl", `{"t":"","stage":"a",${rest}}\n`)));
    const bad = (why: string): string =>
      `[events] line 1 of "${join(folder, "e.jsonl")}" is not an event: ${why}. Expected one JSON object a line. Take the line out, or restore the file.`;
    expect(await line('"step":1,"epoch":0,"rate":1,"ms":1,"terms":null')).toBe(bad("its terms are no mapping"));
    expect(await line('"step":1,"epoch":0,"rate":1,"ms":1,"terms":{"a":null}')).toBe(bad("its terms are not of the form { raw, weight }"));
    expect(await line('"step":-1,"epoch":0,"rate":1,"ms":1,"terms":{}')).toBe(bad("its step or epoch is no whole number"));
    expect(await line('"step":1,"epoch":0,"rate":"1","ms":1,"terms":{}')).toBe(bad("its rate or ms is no number"));
    expect(await line('"validation":{"dice":"x"}')).toBe(bad("its validation is no mapping of numbers"));
    expect(await line('"validation":{"dice":null},"reasons":{"dice":1}')).toBe(bad("its reasons are no mapping of texts"));
    expect(await line('"event":"started","__proto__":{"x":1}')).toBe(bad('expected other keys, found "__proto__"'));
  });

  it("cannot be nested without end, huge, or change what an object is", async () => {
    const path = written("r/results.json", `{"schema":1,"gains":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    const remedy =
      "Expected a file as segdistill writes it (interfaces: results.json, schema 1). Run again: what is done is not trained again.";
    const invalid = (why: string): string => `[results] "${path}" does not hold to its schema: the file: ${why}. ${remedy}`;
    expect(await messageOf(() => readResults(path))).toBe(invalid("expected at most 64 levels, found more"));
    writeFileSync(path, `{"schema":1,"gains":[${"0,".repeat(500_000)}0]}`);
    expect(await messageOf(() => readResults(path))).toBe(invalid("expected at most 500000 values, found more"));
    writeFileSync(path, '{"schema":1,"models":{"__proto__":{"parameters":1}}}');
    expect(await messageOf(() => readResults(path))).toBe(invalid('expected other keys, found "__proto__"'));
    const long = `{"schema":1,"gains":[${"0,".repeat(1_200_000)}0]${" ".repeat(7_600_000)}}`;
    writeFileSync(path, long);
    expect(await messageOf(() => readResults(path))).toBe(invalid(`expected at most ${Math.floor(long.length / 16)} values, found more`));
    writeFileSync(path, "");
    truncateSync(path, 2 ** 27 + 1);
    expect(await messageOf(() => readResults(path))).toBe(
      `[file] "${path}" has 134217729 bytes. Expected at most 134217728. Is this the right file?`,
    );
  });
});

describe("a folder from a stranger", () => {
  const folder = temporaryFolder({ inMemory: true });
  const link = (path: string): string =>
    `[file] "${path}" is a symbolic link. Expected the file or folder itself: what lies in a run folder or a student may not lead elsewhere. Put a copy in its place, or link the folder as a whole.`;

  it("cannot name a file outside of it: a student's weights are a hash, no path", async () => {
    const at = join(folder, "traversal");
    mkdirSync(at);
    writeFileSync(join(at, "student.json"), JSON.stringify({ ...student("0".repeat(64)), weights: "../../../../etc/passwd" }));
    expect(await messageOf(() => readStudent(at))).toBe(
      `[student] "${join(at, "student.json")}" does not hold to its schema: weights: expected 64 hexadecimal digits, found "../../../../etc/passwd". Copy the whole folder again, or write it anew by running its configuration again.`,
    );
  });

  it("cannot show a file from elsewhere through a link, nor make the program wait at a pipe", async () => {
    const at = join(folder, "linked");
    mkdirSync(at);
    writeFileSync(join(folder, "outside.safetensors"), file);
    writeFileSync(join(at, "student.json"), JSON.stringify(student(sha256(file))));
    symlinkSync(join(folder, "outside.safetensors"), join(at, "weights.safetensors"));
    expect(await messageOf(() => readStudent(at))).toBe(link(join(at, "weights.safetensors")));
    const pipe = join(folder, "events.jsonl");
    execFileSync("mkfifo", [pipe]);
    expect(await messageOf(() => readEvents(pipe))).toBe(
      `[file] "${pipe}" cannot be read: it is no regular file. Expected a file that this user may read. Check the path and its permissions.`,
    );
  });

  it("is never written through a link", async () => {
    const [run, elsewhere] = [join(folder, "run"), join(folder, "elsewhere")];
    const options = { config: { name: "a" }, text: "name: a\n", split: { train: ["1"] } };
    (await openRunFolder(run, options)).close();
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(run, "checkpoints"));
    expect(await messageOf(() => openRunFolder(run, options))).toBe(link(join(run, "checkpoints")));
    expect(readFileSync(join(run, "config.json"), "utf8")).toBe('{\n  "name": "a"\n}\n');
  });
});
