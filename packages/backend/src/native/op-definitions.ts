/** For each op, which of its inputs are lists: the attribute that gives a list's length, or null for a single tensor. */
export type OpDefinitions = ReadonlyMap<string, readonly (string | null)[]>;

/**
 * Reads TensorFlow's own registry of ops, an `OpList` in protobuf's wire form: OpList { 1: OpDef }, OpDef { 1: name, 2: input },
 * input { 1: name, 5: number_attr, 6: type_list_attr } (tensorflow/core/framework/op_def.proto).
 */
export function readOpDefinitions(bytes: Uint8Array): OpDefinitions {
  const text = new TextDecoder();
  const definitions = new Map<string, readonly (string | null)[]>();
  for (const [field, op] of fieldsOf(bytes)) {
    if (field !== 1) continue;
    let name = "";
    const inputs: (string | null)[] = [];
    for (const [f, value] of fieldsOf(op)) {
      if (f === 1) name = text.decode(value);
      if (f !== 2) continue;
      let list: string | null = null;
      for (const [g, attribute] of fieldsOf(value)) if ((g === 5 || g === 6) && attribute.length > 0) list = text.decode(attribute);
      inputs.push(list);
    }
    definitions.set(name, inputs);
  }
  return definitions;
}

/** The length-delimited fields of a message, in order; other fields are passed over. */
function* fieldsOf(bytes: Uint8Array): Generator<readonly [number, Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag & 7];
    if (wire === 2) {
      const length = varint();
      yield [field, bytes.subarray(at, at + length)];
      at += length;
    } else if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else throw new Error(`internal: TensorFlow's list of ops holds a field of wire type ${wire}.`);
  }
}
