import { dispose as disposeTensors, keep, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { computing, computingIn } from "./computing.js";
import { runtime } from "./engine.js";
import { bfloat16OnGpu, changedSinceTrace, compiledClosed, disposedInput, nestedTrace, tooManyPlans, wrongPlans } from "./errors.js";
import { attributeKinds } from "./native/constants.js";
import type { OpAttribute, TensorMetadata } from "./native/kernel-backend.js";
import type { FunctionCall } from "./native/execute.js";
import { firstDifference } from "./native/recorded.js";
import { trace, type Trace, type TraceOptions } from "./trace.js";

/** The precision of convolutions and matrix products; everything behind a float32 barrier stays in float32. */
export type Precision = "float32" | "bfloat16";

export interface CompileOptions {
  /** Variables that `f` reads or assigns. A variable that is not listed is taken as a constant. */
  readonly variables?: readonly Variable[];
  /** float32; bfloat16 is refused on a GPU, where TensorFlow knows no such rewrite. */
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
  /** Operations in the traced graphs, by set of argument shapes; the one that was used last comes last. */
  readonly operations: () => Readonly<Record<string, number>>;
  readonly dispose: () => void;
}

interface Plan extends Trace {
  /** Runs that wait or are under way: until they end the function stays. */
  users: number;
  gone: boolean;
  /** TensorFlow optimises a function when it is first run. */
  hasRun: boolean;
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
  const { c, context, shared, backend, binding, handles, execute, trim } = runtime();
  if (!Number.isInteger(most) || most < 1) throw wrongPlans(name, most);
  if (precision === "bfloat16" && computing().device === "gpu") throw bfloat16OnGpu(name);
  const label = `compiled function "${name}"`;
  /** The one that was not used for longest first. */
  const plans = new Map<string, Plan>();
  let closed = false;
  let warned = false;
  const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;
  const traced = (args: readonly Tensor[], how: TraceOptions): Trace =>
    trace((...given) => computingIn(precision, () => f(...given)), args, variables, how);

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
      plan = { ...traced(args, { record: check }), users: 0, gone: false, hasRun: false };
      if (plans.size >= most) makeRoom(key);
    } else if (plan.record) {
      const difference = firstDifference(plan.record, traced(args, { record: true, dry: true }).record!);
      if (difference) throw changedSinceTrace(name, difference.what, difference.line);
    }
    plans.delete(key);
    plans.set(key, plan);
    return plan;
  };
  const makeRoom = (next: string): void => {
    const shapes = [...plans.keys()];
    if (!warned) process.emitWarning(tooManyPlans(name, most, shapes.slice(-3).join("; "), next), { type: "SegDistillWarning" });
    warned = true;
    const oldest = plans.get(shapes[0]!)!;
    plans.delete(shapes[0]!);
    forget(oldest);
  };
  const forget = (plan: Plan): void => {
    plan.gone = true;
    if (plan.users > 0) return;
    c.TFE_ContextRemoveFunction(context.pointer, plan.name, shared.status);
    for (const input of plan.inputs) if ("constant" in input) handles.remove(input.constant);
  };
  const call = (plan: Plan, args: readonly Tensor[]): FunctionCall => {
    const ids = plan.inputs.map((input) =>
      "argument" in input ? idOf(args[input.argument]!) : "variable" in input ? idOf(input.variable) : input.constant,
    );
    return { name: plan.name, attributes: configs[precision], ids, outputs: plan.outputs, label };
  };
  const settle = (plan: Plan, out: readonly TensorMetadata[]): Tensor[] => {
    if (!plan.hasRun) trim(); // of what tracing and optimising took
    plan.hasRun = true;
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
      return settle(plan, execute.now(call(plan, args)));
    },
    run: (...args) => {
      const plan = planFor(args);
      const held = args.map((t) => keep(t.clone())); // the caller may dispose of its own while this one waits for its turn
      plan.users++;
      const turn = queue.then(async () => {
        try {
          return settle(plan, await execute.later(call(plan, held)));
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
