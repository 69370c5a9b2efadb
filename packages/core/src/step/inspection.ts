import { add, addN, mul, scalar, stack, sum, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { Ready } from "../plan/prepare.js";
import type { Store } from "../store.js";
import type { Evaluation } from "./evaluate.js";
import type { Feed } from "./fed.js";
import type { Body, Programs } from "./program.js";
import { alone, pick, slope } from "./slope.js";
import { variablesOf } from "./slots.js";

/** Tells how the terms of a stage pull at what it trains, for one batch. */
export type Inspect = (fed: Feed, step: number) => Promise<void>;

/**
 * For each term the norm of its weighted gradient (a balancer's factor included), √⟨gᵢ, gᵢ⟩, and for each two terms the cosine ⟨gᵢ, gⱼ⟩ / (‖gᵢ‖·‖gⱼ‖) over everything that the stage
 * trains: 1 where they pull alike, −1 where they pull against each other, null where one of them pulls at nothing. Of this process's pictures alone.
 */
export function inspection(ready: Ready, programOf: Programs["of"], store: Store): Inspect {
  const { stage, terms } = ready;
  const program = programOf(`${stage.name}/gradients`, gradientProducts(ready));
  const names = terms.map(({ name }) => name);
  return async (fed, step) => {
    const [out] = await program.run(fed);
    const products = await out!.data();
    out!.dispose();
    const at = (i: number, j: number): number => products[i * names.length + j]!;
    const norms = names.map((_, i) => Math.sqrt(at(i, i)));
    const pairs = names.flatMap((one, i) => names.slice(i + 1).map((other, k) => [`${one} · ${other}`, i, i + 1 + k] as const));
    const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);
    store.tell(stage.name, {
      event: "gradients",
      step,
      norms: Object.fromEntries(names.map((name, i) => [name, finite(norms[i]!)])),
      cosines: Object.fromEntries(pairs.map(([name, i, j]) => [name, finite(at(i, j) / (norms[i]! * norms[j]!))])),
    });
  };
}

/** Inner products of the terms' weighted gradients: [terms, terms]. Networks run as in a step, but no state moves. */
const gradientProducts =
  ({ terms, trained, adversaries, balance }: Ready): Body =>
  (parts, fed, refuse) => {
    const by = variablesOf(trained);
    const factors = balance?.factors();
    const trains = [...trained, ...adversaries.map((adversary) => adversary.module)];
    const gradients: ReadonlyMap<Variable, Tensor>[] = [];
    for (const [i, term] of terms.entries()) {
      const own = parts.map((part) => part.again());
      try {
        for (const part of own) {
          part.wait([...(gradients.at(-1)?.values() ?? [])]); // one term after the other in memory
          part.enter({ name: "student", recorded: true, trains, moves: [], still: true });
        }
        const losses = (part: Evaluation) => [{ name: term.name, loss: term.loss(part.step(term.name)) }];
        const weight = factors ? mul(pick(fed.weights, i), pick(factors, i)) : pick(fed.weights, i);
        // tfjs refuses a loss that no variable reaches; here its gradient is 0
        const nothing = (): Tensor => mul(sum(by[0] as Tensor), 0);
        gradients.push(slope(own, { losses, total: ([value]) => add(mul(value!, weight), nothing()), by }, alone).gradient);
      } finally {
        for (const part of own) part.close();
      }
    }
    refuse([]);
    const product = (a: number, b: number): Tensor =>
      addN([
        scalar(0),
        ...by.flatMap((v) => {
          const [one, other] = [gradients[a]!.get(v), gradients[b]!.get(v)];
          return one && other ? [sum(mul(one, other))] : [];
        }),
      ]);
    const upper = terms.map((_, a) => terms.map((__, b) => (b < a ? null : product(a, b))));
    return [stack(upper.map((row, a) => stack(row.map((value, b) => value ?? upper[b]![a]!))))];
  };
