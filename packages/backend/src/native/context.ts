import type { CApi, Pointer } from "./c-api.js";
import type { Checked } from "./status.js";

export interface Device {
  readonly name: string;
  readonly type: string;
}
export interface Context {
  readonly pointer: Pointer;
  readonly devices: readonly Device[];
}

/** ConfigProto { 2: intra_op_parallelism_threads }, or nothing: TensorFlow's defaults measured best (engine-ops.md §10). */
const threadsConfig = (threads: number): Uint8Array => {
  const varint = (n: number): number[] => (n > 127 ? [(n & 127) | 128, ...varint(n >>> 7)] : [n]);
  return Uint8Array.from([2 << 3, ...varint(threads)]);
};

/** TensorFlow's eager context. */
export function newContext(c: CApi, { status, check }: Checked, threads: number | undefined): Context {
  const options = c.TFE_NewContextOptions();
  if (threads !== undefined) {
    const proto = threadsConfig(threads);
    c.TFE_ContextOptionsSetConfig(options, proto, proto.length, status);
    check("the thread setting");
  }
  const pointer = c.TFE_NewContext(options, status);
  check("TensorFlow's context");
  c.TFE_DeleteContextOptions(options);
  const list = c.TFE_ContextListDevices(pointer, status);
  check("the list of devices");
  const devices = Array.from({ length: c.TF_DeviceListCount(list) }, (_, i) => ({
    name: c.TF_DeviceListName(list, i, status),
    type: c.TF_DeviceListType(list, i, status),
  }));
  c.TF_DeleteDeviceList(list);
  return { pointer, devices };
}
