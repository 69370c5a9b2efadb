import { watchOps, type OpTime } from "@segdistill/backend";
import type { Run } from "@segdistill/core";
import type { Stage } from "@segdistill/core/contract";
import { fewSteps } from "../run/few-steps.js";

/** An operator in one step: the mean over steps. */
export interface OperatorTime {
  readonly op: string;
  readonly count: number;
  readonly ms: number;
}

/** A layer in one step: its own ops, not those of layers below it. */
export interface LayerTime {
  /** Its path, or in brackets what belongs to none. */
  readonly layer: string;
  readonly forwardMs: number;
  readonly backwardMs: number;
}

/** A step that ran op by op in float32. */
export interface OpByOp {
  readonly stepMs: number;
  /** Of it, in ops; the rest is JavaScript between them. */
  readonly opsMs: number;
  /** Slowest first, as are the layers. */
  readonly operators: readonly OperatorTime[];
  readonly layers: readonly LayerTime[];
}

/** Runs the first steps of stages op by op with a clock around every op. The first step of each warms up and is left out where there is another. */
export const opByOp = async (
  goals: readonly Stage[],
  most: number,
  run: Pick<Run, "seed" | "signal">,
): Promise<ReadonlyMap<string, OpByOp>> => {
  const steps = new Map<string, { readonly ms: number; readonly ops: readonly OpTime[] }[]>();
  let open: OpTime[] = [];
  const stop = watchOps((op) => open.push(op));
  try {
    await fewSteps(
      goals,
      most,
      { ...run, eager: true },
      {
        tell: (_, { event }) => {
          if (event === "started") open = [];
        },
        step: (stage, { ms }) => {
          steps.set(stage, [...(steps.get(stage) ?? []), { ms, ops: open }]);
          open = [];
        },
      },
    );
  } finally {
    stop();
  }
  return new Map([...steps].map(([stage, all]) => [stage, meanOf(all.length > 1 ? all.slice(1) : all)]));
};

/** Where an op's time is counted: its layer, or what it does outside of any. */
const placeOf = ({ layer, phase }: OpTime): string => (layer !== "" ? layer : phase === "outside" ? "(update)" : "(losses)");

const grouped = (ops: readonly OpTime[], by: (op: OpTime) => string): ReadonlyMap<string, readonly OpTime[]> => {
  const groups = new Map<string, OpTime[]>();
  for (const one of ops) {
    const key = by(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
};

/** The mean of steps, by operator and by layer. */
export const meanOf = (steps: readonly { readonly ms: number; readonly ops: readonly OpTime[] }[]): OpByOp => {
  const n = steps.length;
  const ops = steps.flatMap((step) => step.ops);
  const sum = (of: readonly OpTime[]): number => of.reduce((all, { ms }) => all + ms, 0) / n;
  const layers = [...grouped(ops, placeOf)].map(([layer, all]) => {
    const backwardMs = sum(all.filter(({ phase }) => phase === "backward"));
    return { layer, forwardMs: sum(all) - backwardMs, backwardMs };
  });
  return {
    stepMs: steps.reduce((all, { ms }) => all + ms, 0) / n,
    opsMs: sum(ops),
    operators: [...grouped(ops, ({ op }) => op)]
      .map(([op, all]) => ({ op, count: Math.round(all.length / n), ms: sum(all) }))
      .sort((a, b) => b.ms - a.ms),
    layers: layers.sort((a, b) => b.forwardMs + b.backwardMs - a.forwardMs - a.backwardMs),
  };
};
