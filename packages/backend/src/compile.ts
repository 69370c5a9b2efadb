import { dispose as disposeTensors, engine as tfjs, keep, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { givingBack, runtime } from "./engine.js";
import { compiledClosed, disposedInput, nestedTrace } from "./errors.js";
import { heldCopy } from "./held-copy.js";
import { attributeKinds } from "./native/constants.js";
import { newGraph } from "./native/graph.js";
import type { OpAttribute, TensorMetadata } from "./native/kernel-backend.js";

/** The precision of convolutions and matrix products; everything behind a float32 barrier stays in float32. */
export type Precision = "float32" | "bfloat16";

export interface CompileOptions {
  /** Variables that `f` reads or assigns. A variable that is not listed is taken as a constant. */
  readonly variables?: readonly Variable[];
  readonly precision?: Precision;
  /** For messages. */
  readonly name?: string;
}

/** A function of tensors that runs as one TensorFlow function. */
export interface Compiled {
  /** Runs on another thread; variables have their new values when the promise is kept. The caller disposes of the results. */
  readonly run: (...args: readonly Tensor[]) => Promise<Tensor[]>;
  readonly runSync: (...args: readonly Tensor[]) => Tensor[];
  /** Traces for these arguments, if that was not done, and estimates the bytes that a run's values take at most beside arguments and variables. */
  readonly peakBytes: (...args: readonly Tensor[]) => number;
  /** Operations in the traced graphs, by set of argument shapes. */
  readonly operations: () => Readonly<Record<string, number>>;
  readonly dispose: () => void;
}

/** One traced graph: for one set of argument shapes. */
interface Plan {
  readonly name: string;
  readonly label: string;
  readonly results: number;
  readonly changed: readonly Variable[];
  readonly inputs: readonly ({ readonly argument: number } | { readonly variable: Variable } | { readonly constant: number })[];
  readonly operations: number;
  readonly peakBytes: number;
}

// ConfigProto { 10: GraphOptions { 10: RewriterConfig { 31: auto_mixed_precision_onednn_bfloat16 = ON } } }
const rewrite = [0xf8, 0x01, 0x01];
const configs: Readonly<Record<Precision, readonly OpAttribute[]>> = {
  float32: [],
  bfloat16: [
    {
      name: "config_proto",
      type: attributeKinds.TF_ATTR_STRING,
      value: Uint8Array.from([0x52, rewrite.length + 2, 0x52, rewrite.length, ...rewrite]),
    },
  ],
};

let functions = 0;
/** Compiled functions share variables, so one runs at a time; more in flight gains nothing (engine-ops.md §11). */
let queue: Promise<unknown> = Promise.resolve();

/**
 * Compiles a function of tfjs operators: traced once for each set of argument types and shapes, then run as one TensorFlow function. What `f`
 * assigns to listed variables is assigned after the run, so a run that fails leaves the old state whole. Reading a value inside throws.
 *
 * @example
 * const w = tf.variable(tf.zeros([3]));
 * const step = compile((x) => { w.assign(tf.add(w, x)); return [tf.sum(w)]; }, { variables: [w] });
 * const [sum] = await step.run(tf.tensor1d([1, 2, 3]));
 */
export function compile(f: (...args: Tensor[]) => readonly Tensor[], options: CompileOptions = {}): Compiled {
  const { variables = [], precision = "float32", name = f.name || "step" } = options;
  const { backend, binding, handles, execute } = runtime();
  const plans = new Map<string, Plan>();
  let closed = false;
  const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;

  const planFor = (args: readonly Tensor[]): Plan => {
    if (closed) throw compiledClosed(name);
    if (binding.tracing()) throw nestedTrace(name);
    for (const [kind, tensors] of [
      ["argument", args],
      ["variable", variables],
    ] as const) {
      const gone = tensors.findIndex((t) => t.isDisposed);
      if (gone >= 0) throw disposedInput(name, `${kind} ${gone}`);
    }
    const key = args.map((t) => `${t.dtype}[${t.shape.join(",")}]`).join(" ");
    let plan = plans.get(key);
    if (!plan) plans.set(key, (plan = trace(f, args, variables, name)));
    return plan;
  };
  const idsFor = (plan: Plan, args: readonly Tensor[]): number[] =>
    plan.inputs.map((input) =>
      "argument" in input ? idOf(args[input.argument]!) : "variable" in input ? idOf(input.variable) : input.constant,
    );
  const settle = (plan: Plan, out: readonly TensorMetadata[]): Tensor[] => {
    for (const [i, variable] of plan.changed.entries()) {
      const data = backend.tensorMap.get(variable.dataId);
      const value = out[plan.results + i]!;
      if (data.refCount > 1) {
        // a clone, or another variable, has the same value and keeps it
        tidy(() => variable.assign(backend.createOutputTensor(value)));
        continue;
      }
      handles.remove(data.id);
      data.id = value.id;
      data.values = null;
    }
    return out.slice(0, plan.results).map((metadata) => backend.createOutputTensor(metadata));
  };

  return {
    runSync: (...args) => {
      const plan = planFor(args);
      return settle(plan, execute.now(plan.name, configs[precision], idsFor(plan, args), plan.results + plan.changed.length, plan.label));
    },
    run: (...args) => {
      const plan = planFor(args);
      const held = args.map((t) => keep(t.clone())); // the caller may dispose of its own while this one waits for its turn
      const turn = queue.then(async () => {
        try {
          return settle(
            plan,
            await execute.later(plan.name, configs[precision], idsFor(plan, held), plan.results + plan.changed.length, plan.label),
          );
        } finally {
          disposeTensors(held);
        }
      });
      queue = turn.catch(() => undefined);
      return turn;
    },
    peakBytes: (...args) => planFor(args).peakBytes,
    operations: () => Object.fromEntries([...plans].map(([key, plan]) => [key, plan.operations])),
    dispose: () => {
      const { c, context, shared } = runtime();
      for (const plan of plans.values()) {
        c.TFE_ContextRemoveFunction(context.pointer, plan.name, shared.status);
        for (const input of plan.inputs) if ("constant" in input) handles.remove(input.constant);
      }
      plans.clear();
      closed = true;
    },
  };
}

/** Runs `f` once with every op written into a graph, and gives the variables back as they were. */
function trace(f: (...args: Tensor[]) => readonly Tensor[], args: readonly Tensor[], variables: readonly Variable[], name: string): Plan {
  const { c, shared, context, handles, definitions, binding, backend } = runtime();
  const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;
  // two variables with one value would be one input
  for (const v of variables) if (backend.tensorMap.get(v.dataId).refCount > 1) tidy(() => v.assign(heldCopy(v as Tensor)));
  const argumentIds = args.map(idOf); // tfjs uploads late: upload before the graph is open
  const variableIds = new Map(variables.map((v) => [idOf(v), v]));
  const before = new Map(variables.map((v) => [v, v.dataId]));
  // `assign` gives up the variable's value, which must outlive the trace
  for (const variable of variables) backend.incRef(variable.dataId);
  const graph = newGraph(c, shared, context.pointer, handles, definitions);
  let results: readonly Tensor[] = [];
  try {
    return binding.into(graph, () => {
      results = tidy(() => givingBack(() => f(...args).map((t) => keep(t.clone()))));
      const changed = variables.filter((v) => v.dataId !== before.get(v));
      const outputs = [...results, ...changed].map(idOf);
      const plan = `segdistill_${functions++}`;
      const peakBytes = graph.peakBytes(outputs);
      const nodes = graph.finish(plan, outputs);
      const inputs = graph.inputs().map((id): Plan["inputs"][number] => {
        const argument = argumentIds.indexOf(id);
        if (argument >= 0) return { argument };
        const variable = variableIds.get(id);
        return variable ? { variable } : { constant: handles.share(id) };
      });
      return {
        name: plan,
        label: `compiled function "${name}"`,
        results: results.length,
        changed,
        inputs,
        operations: nodes.size,
        peakBytes,
      };
    });
  } finally {
    binding.into(graph, () => disposeTensors(results as Tensor[]));
    for (const [variable, old] of before) {
      const now = variable.dataId;
      variable.dataId = old;
      if (now === old) backend.tensorMap.get(old).refCount--;
      else if (backend.disposeData(now))
        (tfjs() as unknown as { removeDataId: (id: object, of: object) => void }).removeDataId(now, backend);
    }
    graph.close();
  }
}
