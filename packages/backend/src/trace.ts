import { dispose, engine as tfjs, keep, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { givingBack, runtime } from "./engine.js";
import { heldCopy } from "./held-copy.js";
import { newGraph } from "./native/graph.js";
import type { Described } from "./native/handles.js";
import { newRecord, type Recorded } from "./native/recorded.js";
import { withoutChance } from "./step-rules.js";
import { userLine } from "./user-line.js";

/** A function as it was traced for one set of argument shapes. */
export interface Trace {
  /** TensorFlow's name of the function. */
  readonly name: string;
  readonly results: number;
  /** What its outputs are, as far as that is known. */
  readonly outputs: readonly (Described | null)[];
  /** What was assigned: their values follow the results. */
  readonly changed: readonly Variable[];
  readonly inputs: readonly ({ readonly argument: number } | { readonly variable: Variable } | { readonly constant: number })[];
  readonly operations: number;
  readonly peakBytes: number;
  /** What the trace did, in debug mode. */
  readonly record: Recorded | undefined;
}

export interface TraceOptions {
  readonly record: boolean;
  /** Only for the record: no function is made. */
  readonly dry?: boolean;
}

let functions = 0;

/** Runs `f` once with every op written into a graph, and gives the variables back as they were. */
export function trace(
  f: (...args: Tensor[]) => readonly Tensor[],
  args: readonly Tensor[],
  variables: readonly Variable[],
  { record: recorded, dry = false }: TraceOptions,
): Trace {
  const { c, shared, context, handles, definitions, binding, backend } = runtime();
  const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;
  // two variables with one value would be one input
  for (const v of variables) if (backend.tensorMap.get(v.dataId).refCount > 1) tidy(() => v.assign(heldCopy(v as Tensor)));
  // and so would an argument that is given twice, is a variable's value too, or is closed over
  const given = args.map(heldCopy);
  const argumentIds = given.map(idOf);
  const variableIds = new Map(variables.map((v) => [idOf(v), v])); // tfjs uploads late: upload before the graph is open
  const before = new Map(variables.map((v) => [v, v.dataId]));
  // `assign` gives up the variable's value, which must outlive the trace
  for (const variable of variables) backend.incRef(variable.dataId);
  const named = new Map([
    ...argumentIds.map((id, i) => [id, `argument ${i}`] as const),
    ...[...variableIds].map(([id, v]) => [id, `variable "${v.name}"`] as const),
  ]);
  const record = recorded ? newRecord(named, userLine) : undefined;
  const graph = newGraph(c, shared, context.pointer, handles, definitions, { named, record });
  let results: readonly Tensor[] = [];
  try {
    return binding.into(graph, () => {
      results = tidy(() => givingBack(() => withoutChance(() => f(...given).map((t) => keep(t.clone())))));
      const changed = variables.filter((v) => v.dataId !== before.get(v));
      const outputs = [...results, ...changed].map(idOf);
      record?.results(outputs);
      const name = `segdistill_${functions++}`;
      const peakBytes = graph.peakBytes(outputs);
      const operations = dry ? 0 : graph.finish(name, outputs).size;
      const inputs = (dry ? [] : graph.inputs()).map((id): Trace["inputs"][number] => {
        const argument = argumentIds.indexOf(id);
        if (argument >= 0) return { argument };
        const variable = variableIds.get(id);
        return variable ? { variable } : { constant: handles.share(id) };
      });
      return { name, results: results.length, outputs: outputs.map(graph.known), changed, inputs, operations, peakBytes, record };
    });
  } finally {
    binding.into(graph, () => dispose(results as Tensor[]));
    for (const [variable, old] of before) {
      const now = variable.dataId;
      variable.dataId = old;
      if (now === old) backend.tensorMap.get(old).refCount--;
      else if (backend.disposeData(now))
        (tfjs() as unknown as { removeDataId: (id: object, of: object) => void }).removeDataId(now, backend);
    }
    graph.close();
    dispose(given);
  }
}
