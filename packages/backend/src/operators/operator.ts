import {
  engine,
  getGradient,
  getKernel,
  type GradConfig,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  unregisterGradient,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { attributeKinds, dataTypes } from "../native/constants.js";
import type { NativeBackend, OpAttribute } from "../native/kernel-backend.js";

/**
 * An operator of ours: a tfjs kernel with one name on every backend, so that the same network runs on TensorFlow and in a browser and can
 * be recorded for export.
 */
export interface Operator {
  readonly name: string;
  /** By TensorFlow's own op. */
  readonly native: (run: Native, inputs: NamedTensorMap, attributes: NamedAttrMap) => Tensor | Tensor[];
  /** By tfjs's operators, for every other backend; the same numbers to 1e-4. */
  readonly plain: (inputs: NamedTensorMap, attributes: NamedAttrMap) => Tensor | Tensor[];
  readonly gradient?: Omit<GradConfig, "kernelName">;
}

/** Runs a TensorFlow op of several outputs. */
export type Native = (op: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[], outputs: number) => Tensor[];

const attribute =
  (kind: keyof typeof attributeKinds) =>
  (name: string, value: unknown): OpAttribute => ({ name, type: attributeKinds[kind], value });
/** TensorFlow's number of a tensor's type. */
export const typeOf = (dtype: string): number =>
  dtype === "int32" ? dataTypes.TF_INT32 : dtype === "bool" ? dataTypes.TF_BOOL : dataTypes.TF_FLOAT;
/** Attributes by kind. */
export const attr = {
  float: attribute("TF_ATTR_FLOAT"),
  int: attribute("TF_ATTR_INT"),
  bool: attribute("TF_ATTR_BOOL"),
  text: attribute("TF_ATTR_STRING"),
  shape: attribute("TF_ATTR_SHAPE"),
  type: (name: string, dtype = "float32"): OpAttribute => attribute("TF_ATTR_TYPE")(name, typeOf(dtype)),
};

const otherBackends = ["cpu", "wasm", "webgl", "webgpu"];

export function registerOperator({ name, native, plain, gradient }: Operator): void {
  ofOurs.add(name);
  registerKernel({
    kernelName: name,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs, backend }) =>
      native((op, a, i, n) => (backend as NativeBackend).executeMultipleOutputs(op, a, i, n), inputs as NamedTensorMap, attrs ?? {}),
  });
  for (const backendName of otherBackends)
    registerKernel({ kernelName: name, backendName, kernelFunc: ({ inputs, attrs }) => plain(inputs as NamedTensorMap, attrs ?? {}) });
  if (gradient) replaceGradient({ kernelName: name, ...gradient });
}

const ofOurs = new Set<string>();
const replaced = new Set<string>();
/** The kernels of tfjs whose kernel or gradient is ours now; `operators/table.ts` says why. */
export const replacedInTfjs = (): readonly string[] => [...replaced].filter((name) => !ofOurs.has(name));

/** Puts a gradient into tfjs's registry, in the place of the one that is there. */
export function replaceGradient(config: GradConfig): void {
  replaced.add(config.kernelName);
  if ((getGradient(config.kernelName) as GradConfig | undefined) !== undefined) unregisterGradient(config.kernelName);
  registerGradient(config);
}

/** Puts a kernel of the TensorFlow backend in the place of the one that is there. */
export function replaceKernel(
  kernelName: string,
  kernelFunc: (inputs: NamedTensorMap, attributes: NamedAttrMap, backend: NativeBackend) => Tensor,
): void {
  replaced.add(kernelName);
  if ((getKernel(kernelName, "tensorflow") as KernelConfig | undefined) !== undefined) unregisterKernel(kernelName, "tensorflow");
  registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs, backend }) => kernelFunc(inputs as NamedTensorMap, attrs ?? {}, backend as NativeBackend),
  });
}

/** Calls an operator of one output by its name. */
export const call = (name: string, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor =>
  engine().runKernel(name, inputs, attributes);

/** Calls an operator of several outputs by its name. */
export const callMany = (name: string, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor[] =>
  engine().runKernel(name, inputs, attributes);
