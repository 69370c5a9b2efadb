/**
 * A GIF of palette indices, one array a frame; every pixel is a code of its own, and the table is cleared before codes grow longer.
 *
 * @param palette up to 128 colours, `[r, g, b]` each
 */
export function paletteGif(height: number, width: number, palette: readonly (readonly number[])[], frames: readonly Uint8Array[]): Buffer {
  const word = (value: number): number[] => [value & 255, value >> 8];
  const colours = Array.from({ length: 128 }, (_, i) => palette[i] ?? [0, 0, 0]).flat();
  const bytes: number[] = [...Buffer.from("GIF89a", "latin1"), ...word(width), ...word(height), 0xf6, 0, 0, ...colours];
  const [clear, end] = [128, 129];
  for (const frame of frames) {
    bytes.push(0x2c, ...word(0), ...word(0), ...word(width), ...word(height), 0, 7);
    // Codes have 8 bits as long as fewer than 126 follow a clearing.
    const codes = [...frame].flatMap((index, i) => (i % 100 === 0 ? [clear, index] : [index]));
    codes.push(end);
    for (let from = 0; from < codes.length; from += 255) {
      const block = codes.slice(from, from + 255);
      bytes.push(block.length, ...block);
    }
    bytes.push(0);
  }
  return Buffer.from([...bytes, 0x3b]);
}
