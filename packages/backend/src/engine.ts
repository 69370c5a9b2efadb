import { engine as tfjs, ready, registerBackend, setBackend } from "@tensorflow/tfjs-core";
import { libraryNotFound, notStarted, wrongThreads, wrongVersion } from "./errors.js";
import { mendGradients } from "./gradients/index.js";
import { findLibrary, searchedPlaces, tensorflowVersion, type Library } from "./library/index.js";
import { newBinding, type Binding } from "./native/binding.js";
import { loadCApi, type CApi } from "./native/c-api.js";
import { newContext, type Context, type Device } from "./native/context.js";
import { newExecute, type Execute } from "./native/execute.js";
import { newHandles, type Handles, type MemoryUse } from "./native/handles.js";
import type { NativeBackend } from "./native/kernel-backend.js";
import { readOpDefinitions, type OpDefinitions } from "./native/op-definitions.js";
import { quietly } from "./native/quiet.js";
import { checked, type Checked } from "./native/status.js";
import { registerOperators } from "./operators/index.js";

/** The parts of a started engine that `compile` builds on. */
export interface Runtime {
  readonly c: CApi;
  readonly shared: Checked;
  readonly context: Context;
  readonly handles: Handles;
  readonly execute: Execute;
  readonly definitions: OpDefinitions;
  readonly binding: Binding;
  readonly backend: NativeBackend;
}

/** What is known of the running engine; goes into a run's record. */
export interface EngineInfo {
  readonly library: Library;
  readonly tensorflow: string;
  readonly devices: readonly Device[];
  readonly threads: number | null;
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
  // read by TensorFlow when it is loaded: oneDNN also on CPUs where it is off by default, same bytes for same seeds (engine-ops.md §1, §8)
  process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
  process.env["TF_DETERMINISTIC_OPS"] ??= "1";
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";

  const { NodeJSKernelBackend } = await import("#tfjs-kernels");
  const { value: native, said } = quietly(() => loadNative(library, threads));
  const { c, context, handles, execute } = native;
  const binding = newBinding(c, context, handles, execute);
  const backend = new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu");
  registerBackend("tensorflow", () => backend, 3);
  await setBackend("tensorflow");
  await ready();
  registerOperators();
  mendGradients();
  const info: EngineInfo = {
    library,
    tensorflow: c.TF_Version(),
    devices: context.devices,
    threads: threads ?? null,
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

/** Loads the library and makes its context. */
function loadNative(library: Library, threads: number | undefined): Omit<Runtime, "binding" | "backend"> {
  const c = loadCApi(library.cc, library.framework);
  if (c.TF_Version() !== tensorflowVersion) throw wrongVersion(c.TF_Version(), tensorflowVersion, library.folder);
  const shared = checked(c);
  const context = newContext(c, shared, threads);
  const handles = newHandles(c, shared);
  const execute = newExecute(c, shared, context.pointer, handles);
  execute.now("NoOp", [], [], 0); // a process that loads TensorFlow 2.21 and runs no op crashes at its end
  const list = c.TF_GetAllOpList();
  const definitions = readOpDefinitions(c.bytesOf(list));
  c.TF_DeleteBuffer(list);
  return { c, shared, context, handles, execute, definitions };
}

/** Runs `f` with every read of a value refused, as it is in a step; what a gradient that throws had saved is given back. */
export function withoutReads<T>(f: () => T): T {
  return givingBack(() => runtime().binding.blind(f));
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
