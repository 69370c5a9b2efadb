import type { DataId, KernelBackend, Tensor, TensorInfo } from "@tensorflow/tfjs-core";

// The interface between tfjs-node's kernels and the library under them. Its names are tfjs-node's.

/** One attribute of a TensorFlow op. `type` is one of the binding's `TF_ATTR_…`. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What the binding says of a tensor that it holds. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The object that tfjs-node's native addon would be. */
export interface NativeBinding {
  readonly [constant: `TF_${string}`]: number | string;
  readonly isUsingGpuDevice: () => boolean;
  readonly createTensor: (shape: readonly number[], dtype: number, values: ArrayLike<number>) => number;
  readonly deleteTensor: (id: number) => void;
  readonly tensorDataSync: (id: number) => Float32Array | Int32Array | Uint8Array;
  readonly executeOp: (name: string, attributes: readonly OpAttribute[], ids: readonly number[], outputs: number) => TensorMetadata[];
}

/** tfjs-node's kernel backend as this package uses it. */
export interface NativeBackend extends KernelBackend {
  readonly tensorMap: { readonly get: (id: DataId) => TensorData; readonly has: (id: DataId) => boolean };
  readonly getInputTensorIds: (tensors: readonly TensorInfo[]) => number[];
  readonly createOutputTensor: (metadata: TensorMetadata) => Tensor;
  readonly executeSingleOutput: (name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]) => Tensor;
  readonly executeMultipleOutputs: (
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ) => Tensor[];
}

/** What the backend keeps of one tensor: the binding's id, or values that are not uploaded yet. */
export interface TensorData {
  id: number;
  values: ArrayLike<number> | null;
  refCount: number;
}
