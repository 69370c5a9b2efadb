// Protocol buffers by hand: four messages of tensorflow/core/util/event.proto and framework/summary.proto, of which five kinds of field are needed.

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 0x80n) return [...bytes, low];
    bytes.push(low | 0x80);
  }
};
const key = (field: number, wire: 0 | 1 | 2 | 5): number => (field << 3) | wire;
const whole = (field: number, value: number): Uint8Array => Uint8Array.from([key(field, 0), ...varint(value)]);
const double = (field: number, value: number): Uint8Array => {
  const out = Buffer.alloc(9, key(field, 1));
  out.writeDoubleLE(value, 1);
  return out;
};
const float = (field: number, value: number): Uint8Array => {
  const out = Buffer.alloc(5, key(field, 5));
  out.writeFloatLE(value, 1);
  return out;
};
const bytes = (field: number, value: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from([key(field, 2), ...varint(value.length)]), value]);
const text = (field: number, value: string): Uint8Array => bytes(field, Buffer.from(value, "utf8"));

/** When an event happened: seconds since 1970, and updates done. */
export interface When {
  readonly seconds: number;
  readonly step: number;
}
/** A zero is left out, as protocol buffers do. */
const at = ({ seconds, step }: When): Uint8Array[] => [double(1, seconds), ...(step === 0 ? [] : [whole(2, step)])];

/** Event { wall_time, step, file_version }: the first of every file. */
export const versionEvent = (when: When): Buffer => Buffer.concat([...at(when), text(3, "brain.Event:2")]);

/** Event { wall_time, step, session_log { status: START } }: TensorBoard forgets what earlier files have at this step and later. */
export const startEvent = (when: When): Buffer => Buffer.concat([...at(when), bytes(7, whole(1, 1))]);

/** Event { wall_time, step, summary { value { tag, simple_value }… } }; values become float32. */
export const scalarsEvent = (when: When, scalars: Readonly<Record<string, number>>): Buffer =>
  Buffer.concat([
    ...at(when),
    bytes(5, Buffer.concat(Object.entries(scalars).map(([tag, value]) => bytes(1, Buffer.concat([text(1, tag), float(2, value)]))))),
  ]);
