import { add, dispose, div, onesLike, sum, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { Collect, Gate, Step, Wants } from "../contract/index.js";
import { gateFailed } from "../errors.js";
import type { Ready } from "../plan/prepare.js";
import { writing, type Evaluation } from "./evaluate.js";
import { feed } from "./fed.js";
import type { Program, program } from "./program.js";

/** Means over a stage's data, without optimiser, every network in inference. */
export interface Sweeps {
  /** Measures a mean and writes it into its state. */
  readonly collect: (of: Collect<Step<Wants>> & { readonly name: string }, epoch: number) => Promise<void>;
  /** Measures every gate and tells of each; throws at one that stops. */
  readonly gates: (tell: (gate: GateResult) => void) => Promise<readonly GateResult[]>;
}

/** What a gate measured. */
export interface GateResult {
  readonly name: string;
  readonly value: number;
  readonly passed: boolean;
}
/** The same of a stage that was done before. */
export const gatesOf = ({ gates }: Ready, values: Readonly<Record<string, number>>): GateResult[] =>
  gates.map(({ name, accept }) => ({ name, value: values[name]!, passed: accept(values[name]!) }));

export function sweeps(ready: Ready, seed: number, programOf: (who: string, f: Parameters<typeof program>[1]) => Program): Sweeps {
  const made = new Map<string, Program>();
  /** Σ of both parts over the data, divided. Traced once, not once an epoch. */
  const mean = async (name: string, epoch: number, of: (now: Evaluation) => readonly [Tensor, Tensor]): Promise<Tensor> => {
    const who = `${ready.stage.name}/${name}`;
    const part =
      made.get(who) ??
      programOf(who, (now, _, refuse) => {
        const out = of(now);
        refuse([]);
        return out;
      });
    made.set(who, part);
    let total: Tensor[] = [];
    try {
      for await (const batch of ready.stage.data.epoch(epoch, seed)) {
        const out = await part.run(feed(batch, { step: 0, steps: ready.stage.steps, epoch }, ready, seed));
        const sofar = total;
        total = sofar.length > 0 ? sofar.map((t, i) => tidy(() => add(t, out[i]!))) : out;
        if (sofar.length > 0) dispose([...sofar, ...out]);
      }
      return tidy(() => div(total[0]!, total[1]!));
    } finally {
      dispose(total);
    }
  };
  const measured = async ({ name, measure }: Gate<Step<Wants>>): Promise<number> => {
    const found = await mean(name, 0, (now) => {
      const loss = measure(now.step(name));
      return [sum(loss.sum), sum(loss.count ?? onesLike(loss.sum))];
    });
    const [value] = await found.data();
    found.dispose();
    return value!;
  };
  return {
    collect: async ({ name, into, of }, epoch) => {
      const found = await mean(name, epoch, (now) => {
        const parts = of(now.step(name));
        return [sum(parts.sum, 0), sum(parts.count)];
      });
      into.move(found, writing());
      found.dispose();
    },
    gates: async (tell) => {
      const results: GateResult[] = [];
      for (const gate of ready.gates) {
        const value = await measured(gate);
        const result = { name: gate.name, value, passed: gate.accept(value) };
        results.push(result);
        tell(result);
        if (!result.passed && gate.otherwise === "stop") throw gateFailed(gate.name, ready.stage.name, value);
      }
      return results;
    },
  };
}
