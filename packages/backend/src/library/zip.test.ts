import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import fixture from "./fixtures/tiny-wheel.json" with { type: "json" };
import { emptyFolder, failure } from "./testing/test-machine.js";
import { extract, readZip, type ZipEntry } from "./zip.js";

const wheel = Buffer.from(fixture.wheel, "base64");

function written(bytes: Uint8Array): { readonly path: string; readonly target: string } {
  const folder = emptyFolder();
  const path = join(folder, "x.whl");
  writeFileSync(path, bytes);
  return { path, target: join(folder, "out") };
}
const changed = (at: number, value: number): Buffer => {
  const bytes = Buffer.from(wheel);
  bytes[at] = value;
  return bytes;
};
const named = async (path: string, name: string): Promise<ZipEntry> => (await readZip(path)).find((entry) => entry.name === name)!;
const framework = "tensorflow/libtensorflow_framework.so.2";
const cc = "tensorflow/libtensorflow_cc.so.2";

test("an archive of Python's zipfile: names, sizes, checksums, contents", async () => {
  const { path, target } = written(wheel);
  const entries = await readZip(path);
  expect(entries.map(({ name, bytes, crc32 }) => ({ name, bytes, crc32 }))).toEqual(
    fixture.files.map(({ name, bytes, crc32 }) => ({ name, bytes, crc32 })),
  );
  for (const [i, entry] of entries.entries()) {
    if (entry.bytes === 0) continue;
    const pieces: number[] = [];
    await extract(path, entry, `${target}${i}`, { advanced: (bytes) => pieces.push(bytes) });
    expect(
      createHash("sha256")
        .update(readFileSync(`${target}${i}`))
        .digest("hex"),
    ).toBe(fixture.files[i]!.sha256);
    expect(pieces.reduce((sum, bytes) => sum + bytes, 0)).toBe(entry.bytes);
  }
});

test("an empty file", async () => {
  const { path, target } = written(wheel);
  await extract(path, await named(path, "tensorflow/__init__.py"), target);
  expect(readFileSync(target).length).toBe(0);
});

test("an archive that was cut off", async () => {
  const { path } = written(wheel.subarray(0, 900));
  expect((await failure(readZip(path))).message).toBe(
    `[setup] the wheel "${path}" is damaged: its 900 bytes do not end with a zip directory, so it was cut off or is no wheel. Nothing was installed. Fetch it anew.`,
  );
});

test("a directory that lies beyond the end", async () => {
  const end = wheel.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const { path } = written(changed(end + 18, 0xff)); // third byte of the directory's offset
  const start = wheel.readUInt32LE(end + 16) + 0xff0000;
  expect((await failure(readZip(path))).message).toBe(
    `[setup] the wheel "${path}" is damaged: its directory should end at byte ${start + wheel.readUInt32LE(end + 12)}, but it has ${wheel.length} bytes. Nothing was installed. Fetch it anew.`,
  );
});

test("a directory entry that is none", async () => {
  const second = wheel.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), wheel.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 1);
  const { path } = written(changed(second, 0));
  expect((await failure(readZip(path))).message).toBe(
    `[setup] the wheel "${path}" is damaged: entry 2 of 5 in its directory cannot be read. Nothing was installed. Fetch it anew.`,
  );
});

test("a changed byte in a stored file", async () => {
  const at = wheel.indexOf(Buffer.from([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]));
  const { path, target } = written(changed(at, 99));
  const entry = await named(path, cc);
  expect((await failure(extract(path, entry, target))).message).toMatch(
    new RegExp(
      `^\\[setup\\] the wheel "${path}" is damaged: "${cc}" should have CRC-32 ${entry.crc32.toString(16).padStart(8, "0")}, [0-9a-f]{8} came out\\. Nothing was installed\\. Fetch it anew\\.$`,
    ),
  );
});

test("packed bytes that are no deflate stream", async () => {
  const { path: good } = written(wheel);
  const entry = await named(good, framework);
  const { path, target } = written(changed(entry.offset + 30 + framework.length, 0xff));
  expect((await failure(extract(path, entry, target))).message).toBe(
    `[setup] the wheel "${path}" is damaged: "${framework}" cannot be unpacked (invalid block type). Nothing was installed. Fetch it anew.`,
  );
});

test("a file longer than announced is not written on", async () => {
  const { path, target } = written(wheel);
  const entry = { ...(await named(path, framework)), bytes: 599 };
  expect((await failure(extract(path, entry, target))).message).toBe(
    `[setup] the wheel "${path}" is damaged: "${framework}" is longer than the 599 bytes of its directory. Nothing was installed. Fetch it anew.`,
  );
  expect(readFileSync(target).length).toBe(0);
});

test("a file shorter than announced, one in the wrong place, one packed another way", async () => {
  const { path, target } = written(wheel);
  const entry = await named(path, framework);
  const damage = async (change: Partial<ZipEntry>, i: number): Promise<string> =>
    (await failure(extract(path, { ...entry, ...change }, `${target}${i}`))).message.replace(
      `[setup] the wheel "${path}" is damaged: `,
      "",
    );
  expect(await damage({ bytes: 601 }, 1)).toBe(`"${framework}" should have 601 bytes, 600 came out. Nothing was installed. Fetch it anew.`);
  expect(await damage({ offset: 3 }, 2)).toBe(`"${framework}" is not where its directory says. Nothing was installed. Fetch it anew.`);
  expect(await damage({ method: 12 }, 3)).toBe(
    `"${framework}" is packed by method 12, not by 0 or 8. Nothing was installed. Fetch it anew.`,
  );
});
