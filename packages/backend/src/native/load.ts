import { wrongVersion } from "../errors.js";
import { tensorflowVersion, type Library } from "../library/index.js";
import { loadCApi, type CApi } from "./c-api.js";
import { newContext, type Context } from "./context.js";
import { newExecute, type Execute } from "./execute.js";
import { newHandles, type Handles } from "./handles.js";
import { readOpDefinitions, type OpDefinitions } from "./op-definitions.js";
import { quietly } from "./quiet.js";
import { checked, type Checked } from "./status.js";

/** The loaded library with a context in it. */
export interface Native {
  readonly c: CApi;
  readonly shared: Checked;
  readonly context: Context;
  readonly handles: Handles;
  readonly execute: Execute;
  readonly definitions: OpDefinitions;
}

/** Loads the library and makes its context; `said` is what it wrote to standard error meanwhile. Throws for another version than the tried one. */
export function loadNative(
  { cc, framework, folder }: Library,
  threads: number | undefined,
): { readonly native: Native; readonly said: string } {
  const { value, said } = quietly(() => {
    const c = loadCApi(cc, framework);
    if (c.TF_Version() !== tensorflowVersion) throw wrongVersion(c.TF_Version(), tensorflowVersion, folder);
    const shared = checked(c);
    const context = newContext(c, shared, threads);
    const handles = newHandles(c, shared);
    const execute = newExecute(c, shared, context.pointer, handles);
    execute.now("NoOp", [], [], 0); // a process that loads TensorFlow 2.21 and runs no op crashes at its end
    const list = c.TF_GetAllOpList();
    const definitions = readOpDefinitions(c.bytesOf(list));
    c.TF_DeleteBuffer(list);
    return { c, shared, context, handles, execute, definitions };
  });
  return { native: value, said };
}
