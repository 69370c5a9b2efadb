import { isMainThread } from "node:worker_threads";
import koffi from "koffi";
import { wrongVersion } from "./errors.js";
import { tensorflowVersion, type Library } from "../library/index.js";
import { loadCApi, type CApi } from "./c-api.js";
import { newContext, type Context } from "./context.js";
import { newExecute, type Execute } from "./execute.js";
import { newHandles, type Handles } from "./handles.js";
import { oneHeap, trimmer } from "./heap.js";
import { readOpDefinitions, type OpDefinitions } from "./op-definitions.js";
import { quietly } from "./quiet.js";
import { signalStack } from "./signal-stack.js";
import { checked, type Checked } from "./status.js";

/** The loaded library with a context in it. */
export interface Native {
  readonly c: CApi;
  readonly shared: Checked;
  readonly context: Context;
  readonly handles: Handles;
  readonly execute: Execute;
  readonly definitions: OpDefinitions;
  /** Gives back what the heap holds and nobody uses. */
  readonly trim: () => void;
}

/** `process.env` of a worker thread is a copy that native code does not see. */
function passOn(variables: readonly string[]): void {
  if (process.platform === "win32") return;
  const setenv = koffi.load(null).func("int setenv(const char* name, const char* value, int overwrite)") as unknown as (
    ...a: [string, string, number]
  ) => number;
  for (const name of variables) if (process.env[name] !== undefined) setenv(name, process.env[name], 1);
}

/** Loads the library and makes its context, with these environment variables as JavaScript has them; `said` is what it wrote to standard error meanwhile. Throws for another version than the tried one. */
export function loadNative(
  { cc, framework, folder }: Library,
  threads: number | undefined,
  variables: readonly string[],
): { readonly native: Native; readonly said: string } {
  const { value, said } = quietly(() => {
    if (!isMainThread) passOn(variables);
    oneHeap();
    signalStack();
    const c = loadCApi(cc, framework);
    if (c.TF_Version() !== tensorflowVersion) throw wrongVersion(c.TF_Version(), tensorflowVersion, folder);
    const shared = checked(c);
    const context = newContext(c, shared, threads);
    const handles = newHandles(c, shared);
    const execute = newExecute(c, shared, context.pointer, handles);
    execute.op("NoOp", [], [], 0); // a process that loads TensorFlow 2.21 and runs no op crashes at its end
    const list = c.TF_GetAllOpList();
    const definitions = readOpDefinitions(c.bytesOf(list));
    c.TF_DeleteBuffer(list);
    return { c, shared, context, handles, execute, definitions, trim: trimmer() };
  });
  return { native: value, said };
}
