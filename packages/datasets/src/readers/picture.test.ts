import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pictureKind, pictureUnreadable } from "./errors.js";
import { userError } from "../errors.js";
import { readMask, readPicture } from "./picture.js";
import { writePng } from "./write-png.js";

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "segdistill-picture-"))));
afterAll(() => rm(folder, { recursive: true }));

const rgb = { height: 2, width: 3, channels: 3, data: Uint8Array.from({ length: 18 }, (_, i) => (i * 37) % 256) };
const made = (): sharp.Sharp => sharp(rgb.data, { raw: { height: 2, width: 3, channels: 3 } });
const put = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};

/** A GIF of 3 x 1 pixels with the indices 0, 1, 2; its palette begins with white, black, red: indices taken for greys would invert it. */
const gif = Uint8Array.from(
  "474946383961 0300 0100 91 00 00 ffffff 000000 ff0000 808080 2c 0000 0000 0300 0100 00 02 02 4454 00 3b"
    .replaceAll(" ", "")
    .match(/../g)!,
  (byte) => parseInt(byte, 16),
);

/** A TIFF of one float pixel, little endian, uncompressed. */
function floatTiff(): Uint8Array {
  const tags = [[256, 1], [257, 1], [258, 32], [259, 1], [262, 1], [273, 8 + 2 + 120 + 4], [277, 1], [278, 1], [279, 4], [339, 3]] as const; // prettier-ignore
  const view = new DataView(new ArrayBuffer(8 + 2 + 120 + 4 + 4));
  view.setUint32(0, 0x49492a00);
  view.setUint32(4, 8, true);
  view.setUint16(8, tags.length, true);
  for (const [i, [tag, value]] of tags.entries()) {
    view.setUint16(10 + 12 * i, tag, true);
    view.setUint16(12 + 12 * i, 3, true);
    view.setUint32(14 + 12 * i, 1, true);
    view.setUint16(18 + 12 * i, value, true);
  }
  view.setFloat32(134, 0.5, true);
  return new Uint8Array(view.buffer);
}

describe("readPicture", () => {
  it("reads what has no loss exactly: PNG, TIFF with LZW, WebP, each gzipped too", async () => {
    for (const [name, bytes] of [
      ["a.png", await made().png().toBuffer()],
      ["a.tif", await made().tiff({ compression: "lzw" }).toBuffer()],
      ["a.webp", await made().webp({ lossless: true }).toBuffer()],
    ] as const) {
      expect(await readPicture(await put(name, bytes))).toEqual(rgb);
      expect(await readPicture(await put(`gzipped-${name}`, gzipSync(bytes)))).toEqual(rgb);
    }
  });

  it("reads JPEG as another decoder gives it: one grey level everywhere", async () => {
    const bytes = await sharp({ create: { width: 9, height: 17, channels: 3, background: { r: 90, g: 90, b: 90 } } })
      .jpeg({ quality: 100 })
      .toBuffer();
    const { height, width, channels, data } = await readPicture(await put("flat.jpg", bytes));
    expect([height, width, channels]).toEqual([17, 9, 3]);
    expect(new Set(data)).toEqual(new Set([90]));
  });

  it("keeps grey as one channel and 16 bits as 16 bits", async () => {
    const grey = { height: 3, width: 2, channels: 1, data: Uint8Array.of(0, 1, 127, 128, 254, 255) };
    const wide = { height: 1, width: 2, channels: 1, data: Uint16Array.of(258, 65535) };
    const wideRgb = { height: 1, width: 2, channels: 3, data: Uint16Array.of(1, 300, 65535, 4, 5, 40000) };
    for (const [name, picture] of Object.entries({ grey, wide, wideRgb })) {
      await writePng(join(folder, `${name}.png`), picture);
      expect(await readPicture(join(folder, `${name}.png`))).toEqual(picture);
    }
  });

  it("drops alpha without mixing it in", async () => {
    const path = join(folder, "alpha.png");
    await writePng(path, { height: 1, width: 2, channels: 4, data: Uint8Array.of(200, 100, 50, 0, 7, 8, 9, 128) });
    expect([...(await readPicture(path)).data]).toEqual([200, 100, 50, 7, 8, 9]);
  });

  it("reads a GIF through its palette", async () => {
    expect([...(await readPicture(await put("a.gif", gif))).data]).toEqual([255, 255, 255, 0, 0, 0, 255, 0, 0]);
    expect([...(await readMask(join(folder, "a.gif"))).data]).toEqual([255, 0, 255]);
  });

  it("reads PGM and PPM, spread for pictures and as stored for masks", async () => {
    const path = await put("a.ppm", gzipSync(new TextEncoder().encode("P3 1 2 5  1 0 5  2 3 0")));
    expect(await readPicture(path)).toEqual({ height: 2, width: 1, channels: 3, data: Uint8Array.of(51, 0, 255, 102, 153, 0) });
    expect((await readMask(path)).data).toEqual(Uint8Array.of(5, 3));
  });

  it("gives a 1-bit PNG 0 and 255, rows padded", async () => {
    const bits = Uint8Array.from({ length: 33 }, (_, i) => (i % 3 === 0 || i % 7 === 0 ? 255 : 0)); // 11 x 3: 11 bits are no whole bytes
    const png = await sharp(bits, { raw: { width: 11, height: 3, channels: 1 } })
      .png({ palette: true, colours: 2, effort: 1 })
      .toBuffer();
    expect(png[24]).toBe(1);
    expect((await readMask(await put("bits.png", png))).data).toEqual(bits);
  });

  it.runIf(existsSync("../shared/data/chase_db1"))("reads the masks of CHASE_DB1 and the labels of STARE", async () => {
    const mask = await readMask("../shared/data/chase_db1/Image_01L_1stHO.png");
    expect([mask.height, mask.width, mask.channels]).toEqual([960, 999, 1]);
    expect([...new Set(mask.data)].sort()).toEqual([0, 255]);
    for (const name of ["im0001.ah", "im0002.ah", "im0044.ah"]) {
      const label = await readMask(`../shared/data/stare/labels-ah/${name}.ppm.gz`);
      expect([label.height, label.width, label.channels]).toEqual([605, 700, 1]);
      expect([...new Set(label.data)].sort()).toEqual([0, 255]);
    }
    const image = await readPicture("../shared/data/stare/stare-images/im0001.ppm.gz");
    expect([image.height, image.width, image.channels]).toEqual([605, 700, 3]);
  });
});

describe("readPicture refuses", () => {
  it("a file that is not there", async () => {
    await expect(readPicture("no/a.png")).rejects.toEqual(
      userError(
        "picture-missing",
        '[picture] "no/a.png" does not exist. Expected a PNG, JPEG, TIFF, GIF, WebP, PGM or PPM file. Check the path, or download the data set again.',
      ),
    );
  });

  it.each(["png", "jpeg", "tiff", "webp"] as const)("a %s that breaks off", async (format) => {
    const noise = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251);
    const bytes = await sharp(noise, { raw: { width: 64, height: 48, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    const path = await put(`short.${format}`, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    // WebP and TIFF (its directory is at the end) are refused before their format is known.
    const found =
      format === "webp" || format === "tiff"
        ? "bytes that no decoder takes (another format, or damaged)"
        : `a ${format.toUpperCase()} file that is damaged or breaks off`;
    await expect(readPicture(path)).rejects.toEqual(pictureUnreadable(path, found));
  });

  it("text, an empty file, a broken gzip file", async () => {
    const text = await put("text.png", new TextEncoder().encode("hello, no picture here"));
    await expect(readPicture(text)).rejects.toEqual(pictureUnreadable(text, "bytes that no decoder takes (another format, or damaged)"));
    const empty = await put("empty.png", new Uint8Array());
    await expect(readPicture(empty)).rejects.toEqual(pictureUnreadable(empty, "an empty file"));
    const gzipped = await put("short.gz", gzipSync(await readFile(text)).subarray(0, 20));
    await expect(readPicture(gzipped)).rejects.toEqual(pictureUnreadable(gzipped, "a gzip file that is damaged or breaks off"));
    const svg = await put("a.svg", new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>'));
    await expect(readPicture(svg)).rejects.toEqual(pictureUnreadable(svg, "bytes that no decoder takes (another format, or damaged)"));
  });

  it("CMYK and float pixels", async () => {
    const cmyk = await put("cmyk.jpg", await made().toColourspace("cmyk").jpeg().toBuffer());
    await expect(readPicture(cmyk)).rejects.toEqual(pictureKind(cmyk, "CMYK colours"));
    expect(pictureKind("a.jpg", "CMYK colours")).toEqual(
      userError(
        "picture-kind",
        '[picture] "a.jpg" has CMYK colours. Expected grey or RGB with 8 or 16 bits a channel. Convert it to an RGB PNG.',
      ),
    );
    const float = await put("float.tif", floatTiff());
    await expect(readPicture(float)).rejects.toEqual(pictureKind(float, "pixels of the type float"));
  });
});

describe("writePng", () => {
  it("writes masks and refuses what PNG cannot hold", async () => {
    const mask = { height: 2, width: 3, data: Uint8Array.of(0, 255, 3, 128, 127, 1) };
    await writePng(join(folder, "mask.png"), mask);
    expect(await readMask(join(folder, "mask.png"))).toEqual({ ...mask, channels: 1 });
    await expect(writePng("a.png", { height: 1, width: 1, channels: 1, data: Float32Array.of(1) })).rejects.toEqual(
      userError(
        "not-for-png",
        '[picture] "a.png" cannot be written: found fractions. Expected 1, 3 or 4 channels of 8 or 16 bits. Round and pick channels first.',
      ),
    );
    await expect(writePng("a.png", { height: 1, width: 1, channels: 2, data: Uint8Array.of(1, 1) })).rejects.toEqual(
      userError(
        "not-for-png",
        '[picture] "a.png" cannot be written: found 2 channels. Expected 1, 3 or 4 channels of 8 or 16 bits. Round and pick channels first.',
      ),
    );
  });
});
