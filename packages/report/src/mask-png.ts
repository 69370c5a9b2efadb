import { zlibSync } from "fflate";

/**
 * A mask as a PNG data URL: one bit a pixel, grey, 1 is white. Some kilobytes for a mask of a million pixels.
 * mask: `[H, W]` of 0 and 1, row-major. Runs wherever `btoa` is known, Node and browsers. Source: PNG specification (W3C), sections 5 and 7.
 */
export const maskPng = (mask: Uint8Array, height: number, width: number): string => {
  const stride = 1 + Math.ceil(width / 8);
  const rows = new Uint8Array(height * stride); // every row begins with filter 0: none
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (mask[y * width + x] === 1) rows[y * stride + 1 + (x >> 3)]! |= 0x80 >> (x & 7);
  return greyPng(rows, 1, height, width);
};

/** A grey PNG as a data URL. rows: every row of the picture with its filter's byte before it, `bits` bits a pixel. */
export const greyPng = (rows: Uint8Array, bits: 1 | 8, height: number, width: number): string => {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, 0, 0, 0, 0], 8); // bits, grey, deflate, filters as usual, not interlaced
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", header),
    chunk("IDAT", zlibSync(rows, { level: 6 })),
    chunk("IEND"),
  ];
  return `data:image/png;base64,${btoa(parts.map(binary).join(""))}`;
};

const chunk = (type: string, data: Uint8Array = new Uint8Array(0)): Uint8Array => {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(
    Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(data, 8);
  view.setUint32(8 + data.length, checksum(bytes.subarray(4, 8 + data.length)));
  return bytes;
};

const checksum = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
};

const binary = (bytes: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x2000) text += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
  return text;
};
