import { dispose, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { firstNonFinite } from "@segdistill/backend";
import type { Batch, Module } from "./contract/index.js";
import { namedVariables } from "./keeping.js";
import type { Ready } from "./plan/prepare.js";
import type { Feed } from "./step/fed.js";
import { variablesOf } from "./step/slots.js";

/**
 * Where a batch first gives a number that is not finite: in the pictures, in a variable, or in the result of an operator, with the layer that it read
 * last. `step` runs the step op by op in float32.
 */
export async function whereNotFinite(
  { trained, adversaries }: Pick<Ready, "trained" | "adversaries">,
  modules: ReadonlyMap<string, Module>,
  batch: Batch,
  feed: () => Feed,
  step: (feed: Feed) => Promise<Tensor[]>,
): Promise<string> {
  const size = batch.images.length / batch.cases.length;
  const picture = batch.images.findIndex((x) => !Number.isFinite(x));
  if (picture >= 0)
    return `the picture of case "${batch.cases[Math.floor(picture / size)]!}" is ${batch.images[picture]!} at value ${picture % size}`;
  const named = namedVariables([...modules.values()]);
  const moved = new Set<Variable>(variablesOf([...trained, ...adversaries.map(({ module }) => module)]));
  const states = new Set<Variable>([...modules.values()].flatMap((module) => Object.values(module.state)));
  for (const [name, v] of named) {
    if (!(await v.data()).some((x) => !Number.isFinite(x))) continue;
    if (states.has(v)) return `state "${name}" is not finite before the step: what was collected or averaged into it was not`;
    const why = moved.has(v) ? "the update before it was too large" : "it is frozen here, so it came so from an earlier stage or a file";
    return `variable "${name}" is not finite before the step: ${why}`;
  }
  let running: Promise<Tensor[]> | undefined;
  const found = firstNonFinite(named as ReadonlyMap<string, Tensor>, () => {
    running = step(feed());
    running.catch(() => undefined); // told below
  });
  try {
    dispose(await running!);
  } catch (failure) {
    // op by op a step needs more memory than compiled: what went wrong first must be told all the same
    return `where it came up first was not found, for the step cannot run op by op (${(failure as Error).message})`;
  }
  if (!found) return "op by op in float32 every number is finite";
  const { op, shape, value, near, reads } = found;
  return `first ${value} in ${op} [${shape.join(", ")}]${near === null ? "" : reads ? `, which reads "${near}"` : `, after "${near}" was read`}`;
}
