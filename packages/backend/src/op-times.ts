import { engine } from "@tensorflow/tfjs-core";
import { runtime } from "./engine.js";
import { layerPath } from "./layer-path.js";

/** One op that ran by itself. */
export interface OpTime {
  /** TensorFlow's name of it. */
  readonly op: string;
  /** Path of the layer that ran it, or whose gradient it is part of; empty outside of networks. */
  readonly layer: string;
  /** Within a gradient, forwards or backwards; or outside of any, as an optimiser's update is. */
  readonly phase: "forward" | "backward" | "outside";
  readonly ms: number;
}

type Gradient = (dys: unknown) => Readonly<Record<string, () => unknown>>;
/** What is used of tfjs's engine beside its interface. */
interface Tape {
  readonly state: { readonly activeTape: { gradient?: Gradient }[] | null };
  addTapeNode: (...node: unknown[]) => void;
  gradients: (f: () => unknown, ...rest: unknown[]) => unknown;
}

/**
 * Tells the time of every op that runs by itself, until the function that it gives is called; compiled functions are not seen. What belongs to the backward
 * pass of a layer is known from tfjs's tape, which is told of every op when it runs forwards. Source: our choice.
 *
 * @example
 * const stop = watchOps(({ op, layer, phase, ms }) => console.log(op, layer, phase, ms));
 */
export function watchOps(tell: (op: OpTime) => void): () => void {
  const { binding } = runtime();
  const tape = engine() as unknown as Tape;
  let phase: OpTime["phase"] = "outside";
  let owner: string | null = null; // whose gradient is computed
  const { addTapeNode, gradients } = tape;

  const owned = <T>(by: string, f: () => T): T => {
    const before = owner;
    owner = by;
    try {
      return f();
    } finally {
      owner = before;
    }
  };
  tape.addTapeNode = (...node) => {
    addTapeNode.apply(tape, node);
    const added = tape.state.activeTape?.at(-1);
    const gradient = added?.gradient;
    if (!gradient) return;
    const by = owner ?? layerPath();
    added.gradient = (dys) =>
      Object.fromEntries(Object.entries(owned(by, () => gradient(dys))).map(([name, f]) => [name, () => owned(by, f)]));
  };
  tape.gradients = (f, ...rest) => {
    const before = phase;
    phase = "forward";
    const forwards = (): unknown => {
      const y = f();
      phase = "backward";
      return y;
    };
    try {
      return gradients.call(tape, forwards, ...rest);
    } finally {
      phase = before;
    }
  };
  binding.watch((op, _, __, ms) => tell({ op, layer: owner ?? layerPath(), phase, ms }));
  return () => {
    binding.watch(null);
    tape.addTapeNode = addTapeNode;
    tape.gradients = gradients;
  };
}
