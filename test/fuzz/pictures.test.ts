import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodePnm, isPnm, spread } from "../../packages/datasets/src/readers/pnm.js";
import { readMask, readPicture } from "../../packages/datasets/src/readers/picture.js";
import { temporaryFolder } from "../temporary.js";
import { mutated, outcome, outcomeOf, tally, tries } from "./mutations.js";

const folder = temporaryFolder();
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const refusal = async (bytes: Uint8Array | string): Promise<string> => {
  const path = put("refused", bytes);
  const megabytes = process.memoryUsage().rss / 2 ** 20;
  const found = await readPicture(path).then(
    () => "no error",
    (e: unknown) => {
      expect((e as Error).name).toBe("SegDistillError");
      return (e as Error).message.replace(path, "X");
    },
  );
  expect(process.memoryUsage().rss / 2 ** 20 - megabytes).toBeLessThan(400);
  return found;
};
const binary = (header: string, ...pixels: number[]): Uint8Array => Uint8Array.of(...Buffer.from(header), ...pixels);

describe("netpbm from a stranger", () => {
  const samples = [
    binary("P5\n# a comment\n3 2\n255\n", 1, 2, 3, 4, 5, 6),
    binary("P6 2 1 65535\n", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    "P2\n4 2\n# another\n15\n0 1 2 3\n12 13 14 15\n",
    "P3 2 1 255  255 0 0  0 128 255\n",
  ];

  it("that was changed anywhere is read or refused; what is read has the size that it says", () => {
    const { add, codes } = tally();
    fc.assert(
      fc.property(mutated(samples).filter(isPnm), (bytes) => {
        const one = outcome(() => decodePnm(bytes, "a.pgm"));
        add(one);
        if (!("value" in one)) return;
        const { height, width, channels, data } = spread(one.value);
        expect(data.length).toBe(height * width * channels);
        expect(data.length).toBeLessThanOrEqual(bytes.length);
      }),
      tries(10_000),
    );
    for (const code of ["read", "picture-unreadable"]) expect(codes.get(code), code).toBeGreaterThan(0);
  });

  const unreadable = (found: string): string =>
    `[picture] "X" cannot be read. Expected a complete PNG, JPEG, TIFF, GIF, WebP, PGM or PPM file, gzipped or not; found ${found}. Download it again, or convert it to PNG.`;

  it("cannot announce more pixels than it has", async () => {
    expect(await refusal("P5 1048576 1048576 255\nabc")).toBe(unreadable("a P5 file with 3 bytes of pixels instead of 1099511627776"));
    expect(await refusal(`P6 ${"9".repeat(400)} 1 255\n`)).toBe(unreadable("a P6 file with 0 bytes of pixels instead of Infinity"));
    expect(await refusal("P3 4294967296 4294967296 1\n0 1")).toBe(
      unreadable("a P3 file with 4 bytes of pixels instead of 110680464442257310000"),
    );
  });

  it("cannot unpack to more than memory holds: a gzip bomb, in one layer and as gzip in gzip", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from("P5 20000 20000 255\n"), Buffer.alloc(400_000_000)]), { level: 1 });
    const tooLarge =
      '[picture] "X" has more than 268435456 bytes once unpacked. Expected at most 268435456. Make it smaller, or cut it into pieces.';
    expect(await refusal(bomb)).toBe(tooLarge);
    expect(await refusal(gzipSync(bomb))).toBe(unreadable("bytes that no decoder takes (another format, or damaged)"));
  });
});

/** A PNG of one colour that says what size it has; zlib packs a thousand to one. */
const png = (width: number, height: number, data: Uint8Array): Buffer => {
  const chunk = (kind: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(kind), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk("IHDR", head), chunk("IDAT", deflateSync(data)), chunk("IEND", new Uint8Array())]);
};

describe("pictures that a library reads, from a stranger", async () => {
  const pixels = Uint8Array.from({ length: 24 * 17 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251);
  const made = (): sharp.Sharp => sharp(pixels, { raw: { width: 24, height: 17, channels: 3 } });
  const samples = {
    png: await made().png().toBuffer(),
    palette: await made().png({ palette: true, colours: 4 }).toBuffer(),
    jpeg: await made().jpeg().toBuffer(),
    progressive: await made().jpeg({ progressive: true }).toBuffer(),
    tiff: await made().tiff({ compression: "lzw" }).toBuffer(),
    "tiff with tiles": await made().tiff({ compression: "deflate", tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
    webp: await made().webp().toBuffer(),
    gif: await made().gif().toBuffer(),
    "gzipped png": gzipSync(await made().png().toBuffer()),
  };

  it.each(Object.entries(samples))("%s that was changed anywhere is read or refused", async (name, bytes) => {
    const { add, codes } = tally();
    await fc.assert(
      fc.asyncProperty(mutated([bytes]), async (changed) => {
        const path = put("changed", changed);
        const one = await outcomeOf(() => (changed.length % 2 === 0 ? readPicture(path) : readMask(path)));
        add(one);
        if ("value" in one) expect(one.value.data.length).toBe(one.value.height * one.value.width * one.value.channels);
      }),
      tries(200),
    );
    expect(codes.get("picture-unreadable"), name).toBeGreaterThan(0);
  });

  it("cannot announce more pixels than memory holds, nor hold them packed", async () => {
    const tooLarge = (size: string): string =>
      `[picture] "X" has ${size} pixels (width x height). Expected at most 134217728. Make it smaller, or cut it into pieces.`;
    expect(await refusal(png(100_000, 100_000, Buffer.alloc(10)))).toBe(tooLarge("100000 x 100000"));
    expect(await refusal(png(20_000, 20_000, Buffer.alloc(1 << 20)))).toBe(tooLarge("20000 x 20000"));
  });

  it("are told by their first bytes: nothing that could load other files, or run, reaches the library", async () => {
    const unknown =
      '[picture] "X" cannot be read. Expected a complete PNG, JPEG, TIFF, GIF, WebP, PGM or PPM file, gzipped or not; found bytes that no decoder takes (another format, or damaged). Download it again, or convert it to PNG.';
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/hostname"/></svg>';
    const others = [svg, `<?xml version="1.0"?>${svg}`, "%PDF-1.7\n", "%!PS\n(/etc/passwd) run", "II+\0\x08\0\0\0", "\0\0\0\x20ftypavif", "push graphic-context\n"]; // prettier-ignore
    for (const other of others) expect(await refusal(other)).toBe(unknown);
    expect(await refusal(gzipSync(svg))).toBe(unknown);
  });
});
