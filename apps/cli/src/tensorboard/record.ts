/** CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), byte by byte. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C of bytes. RFC 3720, appendix B.4. */
export const crc32c = (bytes: Uint8Array): number => {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
};

/** A checksum as TFRecord stores it: turned right by 15 bits, plus a constant. */
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

/** A record of a TFRecord file: length (8 bytes, little-endian), its masked CRC-32C, the data, their masked CRC-32C. tensorflow/core/lib/io/record_writer.cc */
export const record = (data: Uint8Array): Buffer => {
  const out = Buffer.alloc(16 + data.length);
  out.writeBigUInt64LE(BigInt(data.length), 0);
  out.writeUInt32LE(masked(out.subarray(0, 8)), 8);
  out.set(data, 12);
  out.writeUInt32LE(masked(data), 12 + data.length);
  return out;
};
