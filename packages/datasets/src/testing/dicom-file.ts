export interface Dicom {
  readonly height: number;
  readonly width: number;
  /** `[x, y, z]` of the first pixel in mm; x to the left, y to the back. */
  readonly position: readonly [number, number, number];
  readonly number: number;
  /** As stored, 16 bit unsigned. */
  readonly value: (row: number, column: number) => number;
  /** Left out where null. */
  readonly intercept?: number | null;
  /** Row and column spacing in mm. */
  readonly spacing?: readonly [number, number];
  readonly thickness?: number;
  /** Series UID; every slice may have its own. */
  readonly series?: string;
  /** Where rows and columns point. */
  readonly orientation?: readonly number[];
}

/** The bytes of a made CT slice: implicit VR little endian. DICOM PS3.5 7.1.3, PS3.10 7.1 */
export function dicomFile(of: Dicom): Buffer {
  const { height, width, position, number, value, intercept = null, spacing = [0.75, 0.5], thickness = 9, series = "1.2.3.4" } = of;
  const text = (content: string, fill = " "): Buffer => Buffer.from(content.length % 2 === 0 ? content : content + fill, "latin1");
  const short = (n: number): Buffer => Buffer.from([n & 255, n >> 8]);
  const uid = (content: string): Buffer => text(content, "\0");
  const implicit = (tag: number, content: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt16LE(tag >>> 16, 0);
    head.writeUInt16LE(tag & 0xffff, 2);
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content]);
  };
  const explicit = (tag: number, kind: string, content: Buffer): Buffer => {
    const head = Buffer.alloc(kind === "OB" ? 12 : 8);
    head.writeUInt16LE(tag >>> 16, 0);
    head.writeUInt16LE(tag & 0xffff, 2);
    head.write(kind, 4, "latin1");
    if (kind === "OB") head.writeUInt32LE(content.length, 8);
    else head.writeUInt16LE(content.length, 6);
    return Buffer.concat([head, content]);
  };
  const image = "1.2.840.10008.5.1.4.1.1.2";
  const meta = Buffer.concat([
    explicit(0x00020001, "OB", Buffer.from([0, 1])),
    explicit(0x00020002, "UI", uid(image)),
    explicit(0x00020003, "UI", uid(`1.2.3.${String(number)}`)),
    explicit(0x00020010, "UI", uid("1.2.840.10008.1.2")),
    explicit(0x00020012, "UI", uid("1.2.3")),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const pixels = Buffer.alloc(2 * height * width);
  for (let i = 0; i < height * width; i++) pixels.writeUInt16LE(value(Math.floor(i / width), i % width), 2 * i);
  const { orientation = [1, 0, 0, 0, 1, 0] } = of;
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from("DICM", "latin1"),
    explicit(0x00020000, "UL", length),
    meta,
    implicit(0x00080016, uid(image)),
    implicit(0x00080018, uid(`1.2.3.${String(number)}`)),
    implicit(0x00080060, text("CT")),
    implicit(0x00180050, text(String(thickness))),
    implicit(0x0020000d, uid("1.2.3")),
    implicit(0x0020000e, uid(series)),
    implicit(0x00200013, text(String(number))),
    implicit(0x00200032, text(position.join("\\"))),
    implicit(0x00200037, text(orientation.join("\\"))),
    implicit(0x00280002, short(1)),
    implicit(0x00280004, text("MONOCHROME2")),
    implicit(0x00280010, short(height)),
    implicit(0x00280011, short(width)),
    implicit(0x00280030, text(spacing.join("\\"))),
    implicit(0x00280100, short(16)),
    implicit(0x00280101, short(16)),
    implicit(0x00280102, short(15)),
    implicit(0x00280103, short(0)),
    ...(intercept === null ? [] : [implicit(0x00281052, text(String(intercept))), implicit(0x00281053, text("1"))]),
    implicit(0x7fe00010, pixels),
  ]);
}
