import koffi from "koffi";

/** An address in the library; made and consumed by the C API only. */
export interface Pointer {
  readonly __pointer: true;
}
/** One output of a node of a graph. */
export interface GraphOutput {
  readonly oper: Pointer;
  readonly index: number;
}
type Bytes = Uint8Array | BigInt64Array | Int32Array | Float32Array;
type Callback = (error: Error | null) => void;

/** The functions of TensorFlow's C API that are called here (tensorflow/c/c_api.h, tensorflow/c/eager/c_api.h). */
export interface CApi {
  readonly TF_Version: () => string;
  readonly TF_NewStatus: () => Pointer;
  readonly TF_DeleteStatus: (status: Pointer) => void;
  readonly TF_SetStatus: (status: Pointer, code: number, message: string) => void;
  readonly TF_GetCode: (status: Pointer) => number;
  readonly TF_Message: (status: Pointer) => string;
  readonly TF_AllocateTensor: (dtype: number, dims: BigInt64Array, rank: number, bytes: number) => Pointer;
  readonly TF_TensorData: (tensor: Pointer) => Pointer;
  readonly TF_TensorByteSize: (tensor: Pointer) => number | bigint;
  readonly TF_DeleteTensor: (tensor: Pointer) => void;
  readonly TF_GetAllOpList: () => Pointer;
  readonly TF_DeleteBuffer: (buffer: Pointer) => void;
  readonly TFE_NewContextOptions: () => Pointer;
  readonly TFE_ContextOptionsSetConfig: (options: Pointer, proto: Uint8Array, bytes: number, status: Pointer) => void;
  readonly TFE_DeleteContextOptions: (options: Pointer) => void;
  readonly TFE_NewContext: (options: Pointer, status: Pointer) => Pointer;
  readonly TFE_ContextListDevices: (context: Pointer, status: Pointer) => Pointer;
  readonly TF_DeviceListCount: (list: Pointer) => number;
  readonly TF_DeviceListName: (list: Pointer, index: number, status: Pointer) => string;
  readonly TF_DeviceListType: (list: Pointer, index: number, status: Pointer) => string;
  readonly TF_DeleteDeviceList: (list: Pointer) => void;
  readonly TFE_NewTensorHandle: (tensor: Pointer, status: Pointer) => Pointer;
  readonly TFE_DeleteTensorHandle: (handle: Pointer) => void;
  readonly TFE_TensorHandleResolve: (handle: Pointer, status: Pointer) => Pointer;
  readonly TFE_TensorHandleCopySharingTensor: (handle: Pointer, status: Pointer) => Pointer | null;
  readonly TFE_TensorHandleDataType: (handle: Pointer) => number;
  readonly TFE_TensorHandleNumDims: (handle: Pointer, status: Pointer) => number;
  readonly TFE_TensorHandleDim: (handle: Pointer, index: number, status: Pointer) => number | bigint;
  readonly TFE_NewOp: (context: Pointer, name: string, status: Pointer) => Pointer;
  readonly TFE_DeleteOp: (op: Pointer) => void;
  readonly TFE_OpAddInput: (op: Pointer, handle: Pointer, status: Pointer) => void;
  readonly TFE_OpAddInputList: (op: Pointer, handles: readonly Pointer[], count: number, status: Pointer) => void;
  readonly TFE_Execute: ((op: Pointer, outputs: (Pointer | null)[], count: [number], status: Pointer) => void) & {
    readonly async: (op: Pointer, outputs: (Pointer | null)[], count: [number], status: Pointer, done: Callback) => void;
  };
  readonly TFE_OpSetAttrType: (op: Pointer, name: string, value: number) => void;
  readonly TFE_OpSetAttrTypeList: (op: Pointer, name: string, values: Int32Array, count: number) => void;
  readonly TFE_OpSetAttrInt: (op: Pointer, name: string, value: number) => void;
  readonly TFE_OpSetAttrIntList: (op: Pointer, name: string, values: BigInt64Array, count: number) => void;
  readonly TFE_OpSetAttrFloat: (op: Pointer, name: string, value: number) => void;
  readonly TFE_OpSetAttrBool: (op: Pointer, name: string, value: number) => void;
  readonly TFE_OpSetAttrString: (op: Pointer, name: string, value: Uint8Array, bytes: number) => void;
  readonly TFE_OpSetAttrShape: (op: Pointer, name: string, dims: BigInt64Array, rank: number, status: Pointer) => void;
  readonly TFE_ContextAddFunction: (context: Pointer, f: Pointer, status: Pointer) => void;
  readonly TFE_ContextRemoveFunction: (context: Pointer, name: string, status: Pointer) => void;
  readonly TF_NewGraph: () => Pointer;
  readonly TF_DeleteGraph: (graph: Pointer) => void;
  readonly TF_NewOperation: (graph: Pointer, op: string, name: string) => Pointer;
  readonly TF_AddInput: (description: Pointer, input: GraphOutput) => void;
  readonly TF_AddInputList: (description: Pointer, inputs: readonly GraphOutput[], count: number) => void;
  readonly TF_FinishOperation: (description: Pointer, status: Pointer) => Pointer;
  readonly TF_SetAttrType: (description: Pointer, name: string, value: number) => void;
  readonly TF_SetAttrTypeList: (description: Pointer, name: string, values: Int32Array, count: number) => void;
  readonly TF_SetAttrInt: (description: Pointer, name: string, value: number) => void;
  readonly TF_SetAttrIntList: (description: Pointer, name: string, values: BigInt64Array, count: number) => void;
  readonly TF_SetAttrFloat: (description: Pointer, name: string, value: number) => void;
  readonly TF_SetAttrBool: (description: Pointer, name: string, value: number) => void;
  readonly TF_SetAttrString: (description: Pointer, name: string, value: Uint8Array, bytes: number) => void;
  readonly TF_SetAttrShape: (description: Pointer, name: string, dims: BigInt64Array, rank: number) => void;
  readonly TF_SetAttrTensor: (description: Pointer, name: string, tensor: Pointer, status: Pointer) => void;
  readonly TF_OperationOutputType: (output: GraphOutput) => number;
  readonly TF_GraphGetTensorNumDims: (graph: Pointer, output: GraphOutput, status: Pointer) => number;
  readonly TF_GraphGetTensorShape: (graph: Pointer, output: GraphOutput, dims: BigInt64Array, rank: number, status: Pointer) => void;
  readonly TF_GraphToFunction: (
    ...a: [
      Pointer,
      string,
      number,
      number,
      null,
      number,
      readonly GraphOutput[],
      number,
      readonly GraphOutput[],
      null,
      null,
      string,
      Pointer,
    ]
  ) => Pointer;
  readonly TF_DeleteFunction: (f: Pointer) => void;
  /** libc's: `koffi.view` is given back only by a garbage collection after the event loop has turned (engine-ops.md §7). */
  readonly copyIn: (to: Pointer, from: Bytes, bytes: number) => void;
  readonly copyOut: (to: Bytes, from: Pointer, bytes: number) => void;
  /** The bytes of a `TF_Buffer`. */
  readonly bytesOf: (buffer: Pointer) => Uint8Array;
}

const signatures = `
const char* TF_Version() | void* TF_NewStatus() | void TF_DeleteStatus(void* s) | void TF_SetStatus(void* s, int code, const char* message) | int TF_GetCode(void* s) | const char* TF_Message(void* s)
void* TF_AllocateTensor(int dtype, const int64_t* dims, int rank, size_t bytes) | void* TF_TensorData(void* t) | size_t TF_TensorByteSize(void* t) | void TF_DeleteTensor(void* t)
void* TF_GetAllOpList() | void TF_DeleteBuffer(void* b)
void* TFE_NewContextOptions() | void TFE_ContextOptionsSetConfig(void* o, const void* proto, size_t n, void* s) | void TFE_DeleteContextOptions(void* o) | void* TFE_NewContext(void* o, void* s)
void* TFE_ContextListDevices(void* ctx, void* s) | int TF_DeviceListCount(void* l) | const char* TF_DeviceListName(void* l, int i, void* s) | const char* TF_DeviceListType(void* l, int i, void* s) | void TF_DeleteDeviceList(void* l)
void* TFE_NewTensorHandle(void* t, void* s) | void TFE_DeleteTensorHandle(void* h) | void* TFE_TensorHandleResolve(void* h, void* s) | int TFE_TensorHandleDataType(void* h) | void* TFE_TensorHandleCopySharingTensor(void* h, void* s)
int TFE_TensorHandleNumDims(void* h, void* s) | int64_t TFE_TensorHandleDim(void* h, int i, void* s)
void* TFE_NewOp(void* ctx, const char* name, void* s) | void TFE_DeleteOp(void* op) | void TFE_OpAddInput(void* op, void* h, void* s) | void TFE_OpAddInputList(void* op, void** h, int n, void* s) | void TFE_Execute(void* op, _Out_ void** out, _Inout_ int* n, void* s)
void TFE_OpSetAttrType(void* op, const char* n, int v) | void TFE_OpSetAttrTypeList(void* op, const char* n, const int* v, int k) | void TFE_OpSetAttrInt(void* op, const char* n, int64_t v) | void TFE_OpSetAttrIntList(void* op, const char* n, const int64_t* v, int k)
void TFE_OpSetAttrFloat(void* op, const char* n, float v) | void TFE_OpSetAttrBool(void* op, const char* n, uint8_t v) | void TFE_OpSetAttrString(void* op, const char* n, const void* v, size_t k) | void TFE_OpSetAttrShape(void* op, const char* n, const int64_t* v, int k, void* s)
void TFE_ContextAddFunction(void* ctx, void* f, void* s) | void TFE_ContextRemoveFunction(void* ctx, const char* name, void* s)
void* TF_NewGraph() | void TF_DeleteGraph(void* g) | void* TF_NewOperation(void* g, const char* op, const char* name) | void TF_AddInput(void* d, TF_Output i) | void TF_AddInputList(void* d, const TF_Output* i, int n) | void* TF_FinishOperation(void* d, void* s)
void TF_SetAttrType(void* d, const char* n, int v) | void TF_SetAttrTypeList(void* d, const char* n, const int* v, int k) | void TF_SetAttrInt(void* d, const char* n, int64_t v) | void TF_SetAttrIntList(void* d, const char* n, const int64_t* v, int k)
void TF_SetAttrFloat(void* d, const char* n, float v) | void TF_SetAttrBool(void* d, const char* n, uint8_t v) | void TF_SetAttrString(void* d, const char* n, const void* v, size_t k) | void TF_SetAttrShape(void* d, const char* n, const int64_t* v, int k) | void TF_SetAttrTensor(void* d, const char* n, void* t, void* s)
int TF_OperationOutputType(TF_Output o) | int TF_GraphGetTensorNumDims(void* g, TF_Output o, void* s) | void TF_GraphGetTensorShape(void* g, TF_Output o, _Out_ int64_t* dims, int n, void* s)
void* TF_GraphToFunction(void* g, const char* name, uint8_t hash, int nOps, void* ops, int nIn, const TF_Output* in, int nOut, const TF_Output* out, void* names, void* opts, const char* desc, void* s)
void TF_DeleteFunction(void* f)
`;

/** Loads the two libraries and finds every function; what is missing there is told by name. */
export function loadCApi(cc: string, framework: string): CApi {
  koffi.struct("TF_Output", { oper: "void *", index: "int" });
  const buffer = koffi.struct("TF_Buffer", { data: "void *", length: "size_t", dealloc: "void *" });
  const libraries = [cc, framework].map((file) => koffi.load(file, { lazy: true })); // 156,000 functions to bind, few of them ever called
  const find = (signature: string): unknown => {
    for (const library of libraries) {
      try {
        return library.func(signature);
      } catch {
        continue; // the other one may hold it
      }
    }
    throw new Error(`internal: TensorFlow in "${cc}" has no function ${signature}.`);
  };
  const functions = signatures
    .split(/[|\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => [/(\w+)\(/.exec(line)![1]!, find(line)] as const);
  const libc = koffi.load(null);
  const memcpy = libc.func("void* memcpy(void* to, const void* from, size_t n)") as unknown as CApi["copyIn"] & CApi["copyOut"];
  const bytesOf = (pointer: Pointer): Uint8Array => {
    const { data, length } = koffi.decode(pointer, buffer) as { data: Pointer; length: number | bigint };
    const bytes = new Uint8Array(Number(length));
    memcpy(bytes, data, bytes.length);
    return bytes;
  };
  return { ...Object.fromEntries(functions), copyIn: memcpy, copyOut: memcpy, bytesOf } as unknown as CApi;
}
