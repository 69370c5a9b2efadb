import {
  addN,
  dispose,
  engine as tfjs,
  keep,
  mul,
  tidy,
  scalar,
  sum,
  zerosLike,
  type NamedTensorMap,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { givingBack } from "./engine.js";
import { fromHere } from "./layer-path.js";
import { allAfter } from "./operators/after.js";
import { runAgain } from "./run-again.js";

/** A call of a kernel, or of a function with a gradient of its own. */
interface Call {
  readonly inputs: NamedTensorMap | readonly Tensor[];
  readonly kernelName?: string;
  readonly forwardFunc?: (backend: unknown, save: (tensors: readonly Tensor[]) => void) => Tensor[];
  readonly backwardsFunc?: (dy: Tensor | readonly Tensor[], saved: readonly Tensor[]) => Readonly<Record<string, () => Tensor>>;
}
/** tfjs's engine, as far as gradients go. */
interface Engine {
  runKernelFunc: (call: Call) => Tensor | Tensor[];
  readonly isTapeOn: () => boolean;
  readonly gradients: (
    f: () => Tensor,
    xs: readonly Tensor[],
    dy: Tensor,
    allowNone: boolean,
  ) => { readonly grads: (Tensor | undefined)[] };
  readonly nextTensorId: () => number;
  readonly addTapeNode: (
    name: string,
    inputs: NamedTensorMap,
    outputs: readonly Tensor[],
    gradient: (dy: Tensor) => Readonly<Record<string, () => Tensor>>,
    saved: readonly Tensor[],
    attributes: object,
  ) => void;
  readonly state: { activeTape: unknown; kernelDepth: number };
}
/** Is handed a call, and hands it on. */
type Seen = (call: Call, next: Engine["runKernelFunc"]) => Tensor | Tensor[];

/**
 * What `block` returns, without keeping its inner values for the gradient: the backward pass runs the block again. Costs a forward pass of the block, saves
 * the memory of its inner values; values and gradients are the same bytes, gradients of gradients the same numbers to rounding.
 *
 * Gradients reach every float32 tensor and variable from outside that the block uses. The block runs twice, so it must do the same both times: random numbers
 * from a seed tensor (`statelessUniform`), no counter in JavaScript. What it makes leaves it only as its result; what it assigns to variables is assigned
 * once, and it must not read a variable after assigning it. What counts its calls asks `isRunAgain` of `@segdistill/backend/ops`. Gradients of any order; a gradient that is part of the loss (a penalty) keeps what it is made of.
 *
 * @example
 * const y = recompute(() => relu(conv2d(relu(conv2d(x, first)), second)));
 * const [low, high] = recompute(() => [relu(conv2d(x, first)), conv2d(x, second)]);
 *
 * Source: T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv:1604.06174; the barrier is ours.
 */
export function recompute<T extends Tensor | readonly Tensor[]>(block: () => T): T {
  const engine = tfjs() as unknown as Engine;
  if (!engine.isTapeOn()) return block();
  const { made, outside, copies } = firstRun(engine, block);
  const here = fromHere();
  const at = outside.flatMap((t, i) => (t.dtype === "float32" ? [i] : []));

  const backwards: Call["backwardsFunc"] = (dy, saved) => {
    const dys = listed(dy);
    // without this barrier TensorFlow would find the same operators with the same inputs, and keep the first results
    const fresh = allAfter(saved, dys);
    const swapped = new Map(outside.map((t, i) => [t.id, fresh[i]!]));
    const swap = <V>(t: V): V => (t && (swapped.get((t as unknown as Tensor).id) as V | undefined)) ?? t;
    const again = (): Tensor => {
      const values = listed(here(() => runAgain(block))).map(swap);
      return dys.length === 1 ? values[0]! : addN(values.map((y, i) => sum(mul(y, dys[i]!))));
    };
    const swapping: Seen = (call, next) => {
      const { inputs } = call;
      const entries = Object.entries(inputs).map(([key, t]) => [key, swap(t)] as const);
      return next({ ...call, inputs: Array.isArray(inputs) ? entries.map(([, t]) => t) : Object.fromEntries(entries) });
    };
    const xs = at.map((i) => fresh[i]!);
    const gradients = (): (Tensor | undefined)[] => engine.gradients(again, xs, dys.length === 1 ? dys[0]! : scalar(1), true).grads;
    const grads = aside(engine, () => intercepted(engine, swapping, gradients));
    return Object.fromEntries(at.map((i, k) => [`x${i}`, () => grads[k] ?? zerosLike(outside[i]!)]));
  };

  try {
    const out = engine.runKernelFunc({
      inputs: Object.fromEntries(at.map((i) => [`x${i}`, outside[i]!])),
      forwardFunc: (_, save) => {
        save(copies);
        return listed(made).slice();
      },
      backwardsFunc: backwards,
    });
    return (Array.isArray(made) ? out : listed(out)[0]) as T;
  } finally {
    dispose(copies);
  }
}

/** Runs the block off the tape. Gives what it returns, the tensors from outside that it used, and a copy of each as it was at its first use. */
function firstRun<T extends Tensor | readonly Tensor[]>(
  engine: Engine,
  block: () => T,
): { readonly made: T; readonly outside: readonly Tensor[]; readonly copies: Tensor[] } {
  const start = engine.nextTensorId();
  const known = new Set<number>();
  const outside: Tensor[] = [];
  const copies: Tensor[] = [];
  const look: Seen = (call, next) => {
    for (const t of Object.values(call.inputs) as (Tensor | undefined)[]) {
      if (!t || t.id >= start || known.has(t.id)) continue;
      known.add(t.id);
      outside.push(t);
      const copy = keep(next({ kernelName: "Identity", inputs: { x: t } }) as Tensor);
      copies.push(copy);
      // the way from what the gradient is made of back to the tensor: for the gradient of the gradient
      if (t.dtype === "float32") engine.addTapeNode("recompute", { x: t }, [copy], (dy) => ({ x: () => dy }), [], {});
    }
    return next(call);
  };
  engine.state.kernelDepth++;
  try {
    // a result that came from outside gets an operator of its own
    const own = (t: Tensor): Tensor => (t.id < start ? t.clone() : t);
    const run = (): T => {
      const made = block();
      return (Array.isArray(made) ? (made as readonly Tensor[]).map(own) : own(made as Tensor)) as T;
    };
    const made = tidy(() => intercepted(engine, look, run) as never) as T;
    return { made, outside, copies };
  } catch (failure) {
    dispose(copies);
    throw failure;
  } finally {
    engine.state.kernelDepth--;
  }
}

const listed = (made: Tensor | readonly Tensor[]): readonly Tensor[] =>
  Array.isArray(made) ? (made as readonly Tensor[]) : [made as Tensor];

/** Runs `f` with every call of a kernel handed to `seen`, which hands it on to `next`. */
function intercepted<T>(engine: Engine, seen: Seen, f: () => T): T {
  const { runKernelFunc } = engine;
  const own = Object.hasOwn(engine, "runKernelFunc");
  const next: Engine["runKernelFunc"] = (call) => runKernelFunc.call(engine, call);
  engine.runKernelFunc = (call) => seen(call, next);
  try {
    return f();
  } finally {
    if (own) engine.runKernelFunc = runKernelFunc;
    else Reflect.deleteProperty(engine, "runKernelFunc");
  }
}

/** Runs `f`, which takes gradients, in the middle of a backward pass: tfjs has one tape, which that pass still needs. */
function aside<T>(engine: Engine, f: () => T): T {
  const { activeTape } = engine.state;
  try {
    return givingBack(f);
  } finally {
    engine.state.activeTape = activeTape;
  }
}
