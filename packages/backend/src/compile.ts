import { dispose as disposeTensors, engine as tfjs, keep, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { computingIn } from "./computing.js";
import { givingBack, runtime } from "./engine.js";
import { changedSinceTrace, compiledClosed, disposedInput, nestedTrace, tooManyPlans, wrongPlans } from "./errors.js";
import { heldCopy } from "./held-copy.js";
import { attributeKinds } from "./native/constants.js";
import { newGraph } from "./native/graph.js";
import type { OpAttribute, TensorMetadata } from "./native/kernel-backend.js";
import { firstDifference, newRecord, type Recorded } from "./native/recorded.js";
import { withoutChance } from "./step-rules.js";
import { userLine } from "./user-line.js";

/** The precision of convolutions and matrix products; everything behind a float32 barrier stays in float32. */
export type Precision = "float32" | "bfloat16";

export interface CompileOptions {
  /** Variables that `f` reads or assigns. A variable that is not listed is taken as a constant. */
  readonly variables?: readonly Variable[];
  readonly precision?: Precision;
  /** For messages. */
  readonly name?: string;
  /** How many sets of argument shapes are kept; for one more the one that was not used for longest goes, and Node's `warning` event says so once. 64 */
  readonly plans?: number;
  /**
   * For finding errors: every later call traces `f` again and throws where something that is a constant of the first trace has changed, with the operator and
   * the line. Each call then takes a trace's time more.
   */
  readonly check?: boolean;
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
  /** What the trace did, in debug mode. */
  readonly record: Recorded | undefined;
  /** The number of the call that used it last. */
  used: number;
  /** Runs that wait or are under way: until they end the function stays. */
  users: number;
  gone: boolean;
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
  const { variables = [], precision = "float32", name = f.name || "step", plans: most = 64, check = false } = options;
  const inPrecision = (...args: Tensor[]): readonly Tensor[] => computingIn(precision, () => f(...args));
  const { c, context, shared, backend, binding, handles, execute } = runtime();
  if (!Number.isInteger(most) || most < 1) throw wrongPlans(name, most);
  const plans = new Map<string, Plan>();
  let calls = 0;
  let closed = false;
  let warned = false;
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
    if (!plan) {
      plan = trace(inPrecision, args, variables, { name, record: check });
      if (plans.size >= most) makeRoom(key);
    } else if (plan.record) {
      const difference = firstDifference(plan.record, trace(inPrecision, args, variables, { name, record: true, dry: true }).record!);
      if (difference) throw changedSinceTrace(name, difference.what, difference.line);
    }
    plans.set(key, plan);
    plan.used = calls++;
    return plan;
  };
  const makeRoom = (next: string): void => {
    const all = [...plans].sort(([, a], [, b]) => a.used - b.used);
    const last = all.slice(-3).map(([shapes]) => shapes);
    if (!warned) process.emitWarning(tooManyPlans(name, most, last.join("; "), next), { type: "SegDistillWarning" });
    warned = true;
    const [key, oldest] = all[0]!;
    plans.delete(key);
    forget(oldest);
  };
  const forget = (plan: Plan): void => {
    plan.gone = true;
    if (plan.users > 0) return;
    c.TFE_ContextRemoveFunction(context.pointer, plan.name, shared.status);
    for (const input of plan.inputs) if ("constant" in input) handles.remove(input.constant);
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
      plan.users++;
      const turn = queue.then(async () => {
        try {
          return settle(
            plan,
            await execute.later(plan.name, configs[precision], idsFor(plan, held), plan.results + plan.changed.length, plan.label),
          );
        } finally {
          disposeTensors(held);
          plan.users--;
          if (plan.gone) forget(plan);
        }
      });
      queue = turn.catch(() => undefined);
      return turn;
    },
    peakBytes: (...args) => planFor(args).peakBytes,
    operations: () => Object.fromEntries([...plans].map(([key, plan]) => [key, plan.operations])),
    dispose: () => {
      for (const plan of plans.values()) forget(plan);
      plans.clear();
      closed = true;
    },
  };
}

interface TraceOptions {
  readonly name: string;
  readonly record: boolean;
  /** Only for the record: no function is made. */
  readonly dry?: boolean;
}

/** Runs `f` once with every op written into a graph, and gives the variables back as they were. */
function trace(
  f: (...args: Tensor[]) => readonly Tensor[],
  args: readonly Tensor[],
  variables: readonly Variable[],
  { name, record: recorded, dry = false }: TraceOptions,
): Plan {
  const { c, shared, context, handles, definitions, binding, backend } = runtime();
  const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;
  // two variables with one value would be one input
  for (const v of variables) if (backend.tensorMap.get(v.dataId).refCount > 1) tidy(() => v.assign(heldCopy(v as Tensor)));
  const argumentIds = args.map(idOf); // tfjs uploads late: upload before the graph is open
  const variableIds = new Map(variables.map((v) => [idOf(v), v]));
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
      results = tidy(() => givingBack(() => withoutChance(() => f(...args).map((t) => keep(t.clone())))));
      const changed = variables.filter((v) => v.dataId !== before.get(v));
      const outputs = [...results, ...changed].map(idOf);
      record?.results(outputs);
      const plan = `segdistill_${functions++}`;
      const peakBytes = graph.peakBytes(outputs);
      const operations = dry ? 0 : graph.finish(plan, outputs).size;
      const inputs = (dry ? [] : graph.inputs()).map((id): Plan["inputs"][number] => {
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
        operations,
        peakBytes,
        record,
        used: 0,
        users: 0,
        gone: false,
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
