import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import * as files from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { removeTemporary, writeAtomic } from "./atomic.js";
import { temporaryFolder } from "../testing/temporary.js";

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof files>();
  return { ...real, open: vi.fn(real.open), rename: vi.fn(real.rename) };
});
afterEach(() => vi.restoreAllMocks());

const folder = (): string => temporaryFolder();
// "abc" in two pieces; the hash is the standard's own example (FIPS 180-2, appendix B.1).
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

test("writes texts, bytes and pieces, makes folders, says length and SHA-256, leaves nothing beside", async () => {
  const path = join(folder(), "new", "file");
  expect(await writeAtomic(path, [Buffer.from("a"), new Uint8Array([98, 99])])).toEqual({ bytes: 3, sha256: abc });
  expect(readFileSync(path, "utf8")).toBe("abc");
  await writeAtomic(path, "é");
  expect(readFileSync(path, "utf8")).toBe("é");
  await writeAtomic(path, new Uint8Array([1, 2]));
  expect([...readFileSync(path)]).toEqual([1, 2]);
  expect(readdirSync(join(path, ".."))).toEqual(["file"]);
});

/** An error as the system makes it: /dev/full says that the disk is full. */
const fullDisk = (): unknown => {
  const handle = openSync("/dev/full", "w");
  try {
    return writeSync(handle, "x");
  } catch (error) {
    return error;
  } finally {
    closeSync(handle);
  }
};

test.runIf(process.platform === "linux")(
  "a full disk: the old content stays, the temporary file goes, the message says what to do",
  async () => {
    const path = join(folder(), "file");
    writeFileSync(path, "old");
    vi.mocked(files.rename).mockRejectedValueOnce(fullDisk());
    await expect(writeAtomic(path, "new")).rejects.toMatchObject({
      name: "SegDistillError",
      code: "file/disk-full",
      exit: 2,
      message: `[file] "${path}" cannot be written: the disk is full (ENOSPC). What stood there before is untouched. Free some space, then give the same command again: it goes on where it stopped.`,
    });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(join(path, ".."))).toEqual(["file"]);
  },
);

test.each([
  ["EROFS", "the file system is read-only (EROFS)"],
  ["EACCES", "no permission (EACCES)"],
])("%s: a folder that cannot be written to", async (code, said) => {
  const path = join(folder(), "file");
  vi.mocked(files.open).mockRejectedValueOnce(Object.assign(new Error(`${code}: open`), { code }));
  await expect(writeAtomic(path, "new")).rejects.toMatchObject({
    code: "file/not-writable",
    message: `[file] "${path}" cannot be written: ${said}. Expected a folder that this user may write to. Change its permissions, or choose another folder with --run.`,
  });
});

test("a file where a folder should be", async () => {
  const at = join(folder(), "file");
  writeFileSync(at, "");
  const path = join(at, "below", "x");
  await expect(writeAtomic(path, "new")).rejects.toMatchObject({
    code: "file/write-failed",
    message: `[file] "${path}" cannot be written: ENOTDIR: not a directory, mkdir '${join(at, "below")}'. Expected a folder on a disk that works. Choose another folder with --run.`,
  });
});

test("removes what killed writes left behind, and only that", async () => {
  const at = folder();
  mkdirSync(join(at, "sub"));
  for (const name of [".a.json.123-0.tmp", "sub/.b.9-12.tmp", "keep.tmp", "sub/.hidden", "x.json"]) writeFileSync(join(at, name), "");
  await removeTemporary(at);
  expect(readdirSync(at).sort()).toEqual(["keep.tmp", "sub", "x.json"]);
  expect(readdirSync(join(at, "sub"))).toEqual([".hidden"]);
});
