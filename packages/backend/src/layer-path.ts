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

/** The same error, with the path at its end unless its message has one; errors of users' input (`[u-net] …`) know better where they belong. */
function located(failure: unknown): unknown {
  if (!(failure instanceof Error) || failure.message.includes('in layer "')) return failure;
  const { code } = failure as Error & { readonly code?: unknown };
  if (failure.name === "SegDistillError" && !String(code).startsWith("backend/")) return failure;
  const said = failure.message;
  failure.message = `${said.replace(/\.$/, "")}${inWhichLayer()}.`;
  if (failure.stack !== undefined) failure.stack = failure.stack.replace(said, () => failure.message);
  return failure;
}
