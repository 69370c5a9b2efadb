/** Where the running code stands: the module's name, and the layer's below it. */
let module = "";
let layer = "";

/** The path of the layer that runs, `student/encoder/4/first/conv`; empty outside of networks. */
export const layerPath = (): string => [module, layer].filter((part) => part !== "").join("/");

/** `, in layer "…"` for messages, or nothing outside of networks. */
export const inWhichLayer = (): string => {
  const path = layerPath();
  return path === "" ? "" : `, in layer "${path}"`;
};

/**
 * Runs `f`, which is the layer `name` of the module that runs: an error of an operator inside says so, whoever threw it. `name` is the path below the
 * module, as variables have it: `encoder/4/first/conv`.
 */
export function inLayer<T>(name: string, f: () => T): T {
  return at(module, name, f);
}

/** The same for a function of a whole module: `name` is the module's full name. */
export function inModule<T>(name: string, f: () => T): T {
  return at(name, "", f);
}

/** Runs a function later where the code stands now: what chooses an algorithm by its layer chooses the same. */
export function fromHere(): <T>(f: () => T) => T {
  const here = [module, layer] as const;
  return (f) => at(...here, f);
}

function at<T>(inModuleNamed: string, inLayerNamed: string, f: () => T): T {
  const before = [module, layer] as const;
  [module, layer] = [inModuleNamed, inLayerNamed];
  try {
    return f();
  } catch (failure) {
    throw located(failure);
  } finally {
    [module, layer] = before;
  }
}

/** What this package, tfjs and JavaScript itself throw; errors of users' input (`[u-net] …`) and of tests know better where they belong. */
const isOurs = ({ name, code }: Error & { readonly code?: unknown }): boolean =>
  name === "SegDistillError" ? String(code).startsWith("backend/") : name === "Error" || name === "TypeError";

/** The same error, with the path at its end unless its message has one. */
function located(failure: unknown): unknown {
  if (!(failure instanceof Error) || !isOurs(failure) || failure.message.includes('in layer "')) return failure;
  const said = failure.message;
  failure.message = `${said.replace(/\.$/, "")}${inWhichLayer()}.`;
  if (failure.stack !== undefined) failure.stack = failure.stack.replace(said, () => failure.message);
  return failure;
}
