import { crc32, deflateSync } from "node:zlib";

/** A grey PNG of one bit a pixel, rows padded to whole bytes. */
export function oneBitPng(height: number, width: number, on: (row: number, column: number) => boolean): Buffer {
  const stride = 1 + Math.ceil(width / 8);
  const rows = Buffer.alloc(height * stride);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) if (on(row, column)) rows[row * stride + 1 + (column >> 3)]! |= 128 >> (column & 7);
  const chunk = (type: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
