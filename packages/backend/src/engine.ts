import { engine as tfjs, ready, registerBackend, setBackend } from "@tensorflow/tfjs-core";
import { computeOn } from "./computing.js";
import { libraryNotFound, notStarted, usedAfterDispose, wrongThreads } from "./errors.js";
import { mendGradients } from "./gradients/index.js";
import { findLibrary, gpuNames, processorFlags, searchedPlaces, vectorsOf, type Library } from "./library/index.js";
import { newBinding, type Binding } from "./native/binding.js";
import type { Device } from "./native/context.js";
import type { MemoryUse } from "./native/handles.js";
import type { NativeBackend } from "./native/kernel-backend.js";
import type { Native } from "./native/load.js";
import { registerOperators } from "./operators/index.js";
import { withoutChance } from "./step-rules.js";
import { userLine } from "./user-line.js";

/** The parts of a started engine that `compile` builds on. */
export interface Runtime extends Native {
  readonly binding: Binding;
  readonly backend: NativeBackend;
}

/** What is known of the running engine; goes into a run's record. */
export interface EngineInfo {
  readonly library: Library;
  readonly tensorflow: string;
  readonly devices: readonly Device[];
  /** Those that it computes on, by their models where the driver tells them. */
  readonly gpus: readonly string[];
  readonly threads: number | null;
  /** The environment variables of TensorFlow that decide on speed and bytes, as it read them. */
  readonly switches: Readonly<Record<string, string>>;
  /** What TensorFlow wrote to standard error while it started. */
  readonly said: string;
  readonly memory: () => MemoryUse;
}

export interface EngineOptions {
  /** Folder with the libraries; else the search order of `findLibrary`. */
  readonly library?: string;
  /** Threads of one op (`SEGDISTILL_THREADS`); TensorFlow's default, all cores, if left out. */
  readonly threads?: number;
}

/** Environment variables that TensorFlow reads when it is loaded; a user's own setting is kept. */
const switches = {
  TF_ENABLE_ONEDNN_OPTS: "1",
  TF_DETERMINISTIC_OPS: "1",
  TF_CPP_MIN_LOG_LEVEL: "2",
  TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_ALLOWLIST_REMOVE: "Einsum", // products of losses: ops/products.ts
  TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_CLEARLIST_REMOVE: "EnsureShape", // a barrier between a layer and its gradient too: operators/barrier.ts
  NVIDIA_TF32_OVERRIDE: "0", // on a GPU float32 is float32: TF32's products keep 10 bits
  TF_FORCE_GPU_ALLOW_GROWTH: "true", // a GPU's memory as it is needed, not all of it at the start: runs share one
} as const;

let starting: Promise<EngineInfo> | undefined;
let started: { readonly runtime: Runtime; readonly info: EngineInfo } | undefined;

/** The started engine's parts. */
export function runtime(): Runtime {
  if (!started) throw notStarted();
  return started.runtime;
}

/**
 * Loads TensorFlow and makes it tfjs's backend `tensorflow`. The first call decides; later calls give the same engine.
 * Throws where no library is found, with the places looked at and the remedy, and for a number of threads that is none.
 */
export function startEngine(options: EngineOptions = {}): Promise<EngineInfo> {
  starting ??= start(options).catch((failure: unknown) => {
    starting = undefined; // what was missing may be there the next time
    throw failure;
  });
  return starting;
}

async function start(options: EngineOptions): Promise<EngineInfo> {
  const threads = threadsOf(options.threads ?? process.env["SEGDISTILL_THREADS"]);
  const where = options.library === undefined ? {} : { folder: options.library };
  const library = findLibrary(where);
  if (!library) throw libraryNotFound(searchedPlaces(where));
  // read by TensorFlow when it is loaded: oneDNN also on CPUs where it is off by default, same bytes for same seeds (engine-ops.md §1, §8), einsum in float32 always
  for (const [name, value] of Object.entries(switches)) process.env[name] ??= value;

  // loaded here and not above: who only asks for a network's size or a help text waits for neither kernels nor koffi
  const [{ NodeJSKernelBackend }, { loadNative }] = await Promise.all([import("#tfjs-kernels"), import("./native/load.js")]);
  const { native, said } = loadNative(library, threads, Object.keys(switches));
  const { c, context, handles, execute } = native;
  const binding = newBinding(c, context, handles, execute);
  const backend = new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu");
  refuseDisposed(backend);
  registerBackend("tensorflow", () => backend, 3);
  await setBackend("tensorflow");
  await ready();
  registerOperators();
  mendGradients();
  computeOn(context.devices.some(({ type }) => type === "GPU") ? "gpu" : "cpu", vectorsOf(processorFlags(), process.env));
  const info: EngineInfo = {
    library,
    tensorflow: c.TF_Version(),
    devices: context.devices,
    gpus: gpuNames(context.devices.filter(({ type }) => type === "GPU").length),
    threads: threads ?? null,
    switches: Object.fromEntries(Object.entries(switches).map(([name, value]) => [name, process.env[name] ?? value])),
    said,
    memory: handles.memory,
  };
  started = { runtime: { ...native, binding, backend }, info };
  return info;
}

function threadsOf(given: number | string | undefined): number | undefined {
  if (given === undefined || given === "") return undefined;
  const threads = Number(given);
  if (!Number.isInteger(threads) || threads < 1) throw wrongThreads(String(given));
  return threads;
}

/** tfjs itself would only say that something undefined has no backend. */
function refuseDisposed({ tensorMap }: NativeBackend): void {
  const known = (tfjs() as unknown as { state: { tensorInfo: WeakMap<object, unknown> } }).state.tensorInfo;
  const get = tensorMap.get.bind(tensorMap);
  Object.assign(tensorMap, {
    get: (id: Parameters<typeof get>[0]) => {
      // one that is not here may still have to be moved from another backend
      if (!tensorMap.has(id) && !known.has(id)) throw usedAfterDispose(userLine());
      return get(id);
    },
  });
}

/** Runs `f` with every read of a value and every draw of tfjs or `Math.random` refused, as they are in a step; what a gradient that throws had saved is given back. */
export function withoutReads<T>(f: () => T): T {
  return givingBack(() => runtime().binding.blind(() => withoutChance(f)));
}

/** After a throw inside a gradient tfjs keeps what its tape had saved: this gives it back. */
export function givingBack<T>(f: () => T): T {
  try {
    return f();
  } catch (failure) {
    const { activeTape } = (tfjs() as unknown as { state: { activeTape?: readonly { saved?: readonly { dispose: () => void }[] }[] } })
      .state;
    for (const node of activeTape ?? []) for (const tensor of node.saved ?? []) tensor.dispose();
    throw failure;
  }
}
