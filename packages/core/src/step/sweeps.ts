import { add, dispose, div, onesLike, sum, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { Batches, Collect, Loss, Step, Wants } from "../contract/index.js";
import { gateFailed, noBatch } from "../errors.js";
import type { Ready } from "../plan/prepare.js";
import { writing, type Evaluation } from "./evaluate.js";
import { atStep, feed } from "./fed.js";
import type { Program, Programs } from "./program.js";

type AnyStep = Step<Wants>;
type Measures = Readonly<Record<string, (step: AnyStep) => Loss>>;

/** Means over data, without optimiser, every network in inference. */
export interface Sweeps {
  /** Measures a mean over the stage's data and writes it into its state. */
  readonly collect: (of: Collect<AnyStep> & { readonly name: string }, epoch: number) => Promise<void>;
  /** Σ sum / Σ count over the validation data, by name; all in one pass. */
  readonly validation: (measure: Measures) => Promise<Record<string, number | null>>;
  /** Measures every gate and tells of each; throws at one that stops. */
  readonly gates: (tell: (gate: GateResult) => void) => Promise<readonly GateResult[]>;
}

/** What a gate measured. */
export interface GateResult {
  readonly name: string;
  readonly value: number;
  readonly passed: boolean;
  /** What was expected, what was found, what to do. */
  readonly warning?: string;
}
/** All gates by what was measured. What is no number (nothing counted) is never accepted. */
export const gatesOf = ({ gates }: Pick<Ready, "gates">, values: Readonly<Record<string, number | null>>): GateResult[] =>
  gates.map(({ name, accept }) => {
    const value = values[name] ?? NaN;
    const method = name.slice(0, name.lastIndexOf("/") + 1);
    const others = gates
      .filter((other) => other.name.startsWith(method))
      .map((other) => [other.name.slice(method.length), values[other.name] ?? NaN] as const);
    return { name, value, passed: Number.isFinite(value) && accept(value, Object.fromEntries(others)) };
  });

/** `halt` throws where the run was asked to stop: before every batch. */
export function sweeps(ready: Ready, seed: number, programOf: Programs["of"], halt: () => void): Sweeps {
  const { stage } = ready;
  const held = stage.held ?? stage.data;
  const made = new Map<string, Program>();
  /** Sums over the data. Traced once, not once an epoch. */
  const totals = async (name: string, data: Batches, epoch: number, of: (now: Evaluation) => readonly Tensor[]): Promise<Tensor[]> => {
    const part =
      made.get(name) ??
      programOf(`${stage.name}/${name}`, ([now], _, refuse) => {
        const out = of(now!);
        refuse([]);
        return out;
      });
    made.set(name, part);
    let total: Tensor[] = [];
    try {
      for await (const batch of data.epoch(epoch, seed)) {
        halt();
        const out = await part.run(feed(batch, { ...atStep(stage, 0), epoch }, ready, seed, data));
        const sofar = total;
        total = sofar.length > 0 ? sofar.map((t, i) => tidy(() => add(t, out[i]!))) : out;
        if (sofar.length > 0) dispose([...sofar, ...out]);
      }
      if (total.length === 0) throw noBatch(name, stage.name);
      return total;
    } catch (failure) {
      dispose(total);
      throw failure;
    }
  };
  const mean = async (name: string, data: Batches, epoch: number, of: (now: Evaluation) => readonly [Tensor, Tensor]): Promise<Tensor> => {
    const total = await totals(name, data, epoch, of);
    try {
      return tidy(() => div(total[0]!, total[1]!));
    } finally {
      dispose(total);
    }
  };
  /** Σ sum / Σ count over the held data of each, all in one pass; null where nothing counts. */
  const measured = async (who: string, measure: Measures): Promise<Record<string, number | null>> => {
    const all = Object.entries(measure);
    const total = await totals(who, held, 0, (now) => all.flatMap(([name, of]) => both(of(now.step(`${who}/${name}`)))));
    try {
      const values = await Promise.all(total.map(async (t) => (await t.data())[0]!));
      return Object.fromEntries(all.map(([name], i) => [name, values[2 * i + 1] === 0 ? null : values[2 * i]! / values[2 * i + 1]!]));
    } finally {
      dispose(total);
    }
  };
  const both = (loss: Loss): readonly [Tensor, Tensor] => [sum(loss.sum), sum(loss.count ?? onesLike(loss.sum))];

  return {
    collect: async ({ name, into, of }, epoch) => {
      const found = await mean(name, stage.data, epoch, (now) => {
        const parts = of(now.step(name));
        return [sum(parts.sum, 0), sum(parts.count)];
      });
      into.move(found, writing());
      found.dispose();
    },
    validation: (measure) => measured("validation", measure),
    gates: async (tell) => {
      if (ready.gates.length === 0) return [];
      const found = await measured("gates", Object.fromEntries(ready.gates.map(({ name, measure }) => [name, measure])));
      const results = gatesOf(ready, found);
      for (const [i, result] of results.entries()) {
        tell(result);
        if (!result.passed && ready.gates[i]!.otherwise === "stop") throw gateFailed(result.name, stage.name, result.value);
      }
      return results;
    },
  };
}
