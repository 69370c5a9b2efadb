import { methodNames } from "./method-names.mjs";
import { distillation } from "./networks.mjs";
import { divided, rounded } from "./numbers.mjs";
import { multiples, onSides, versus } from "./versus.mjs";
import * as table from "./versus-table.mjs";

/** What is aimed at: ours / PyTorch's faster mode; the variation graph's share of the step; a step with an opponent over the same without. */
const aims = { ratio: 0.8, graph: 0.05, adversarial: 1.6 };
/** Pairs of methods whose quotient is what a part costs: with the part, without it. */
const opponents = {
  "Graph Flow, R1": ["graph-flow-r1", "graph-flow-r1-no-adversary"],
  "Graph Flow, R3": ["graph-flow-r3", "graph-flow-r3-no-adversary"],
  LightVessel: ["light-vessel", "light-vessel-features"],
};

/**
 * What follows from the times of one precision, by method `{ ours_ms, pytorch_ms, … }`: each step as a multiple of the plain one, the shares that the variation graph and
 * its paraphrasers have of the step with the graph alone, and what an opponent multiplies a step by. null where a time is missing.
 */
export function derived(by) {
  const share = (more, less) =>
    onSides(by, (time) => {
      const [a, b, whole] = [time(more), time(less), time("graph-flow-graph")];
      return a === null || b === null || whole === null ? null : rounded((a - b) / whole, 4);
    });
  return {
    times: multiples(by, Object.keys(by), "plain"),
    graph: { paraphrasers: share("paraphrased", "plain"), graph: share("graph-flow-graph", "paraphrased") },
    opponents: Object.fromEntries(
      Object.entries(opponents).map(([name, [more, less]]) => [name, onSides(by, (time) => divided(time(more), time(less)))]),
    ),
  };
}

/** What the parts of Graph Flow and LightVessel cost, a sentence each. */
function costs({ graph: { graph, paraphrasers }, opponents: by }) {
  const { both, cut, percent } = table;
  return [
    ...(graph.ours === null
      ? []
      : [
          `of a step with Graph Flow's graph alone the graph takes ${both(graph, percent)} (aim: ours below ${percent(aims.graph)}), the paraphrasers before it ${both(paraphrasers, percent)}`,
        ]),
    ...Object.entries(by)
      .filter(([, { ours }]) => ours !== null)
      .map(
        ([name, of]) =>
          `${name} with its discriminator (WGAN-GP) over the same without: ${both(of)} (aim: ours below ${cut(aims.adversarial)})`,
      ),
  ];
}

const kind = {
  ...{ bench: "methods", work: "method", names: methodNames, asked: distillation, batch: 4, size: 256 },
  ...{ aim: aims.ratio, unaimed: ["plain", "paraphrased"], derived, costs },
};

/** A distillation step of every method, ours against PyTorch, and both against the plain step. */
export const bench = (options) =>
  versus(
    kind,
    // nothing can be said of a method without the plain step
    Object.keys(methodNames).filter((method) => [options.method ?? method, "plain"].includes(method)),
    options,
  );

export const markdown = (rows, on) => table.markdown(kind, rows, on);
