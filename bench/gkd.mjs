import { partNames } from "./method-names.mjs";
import { generalisable } from "./networks.mjs";
import { rounded } from "./numbers.mjs";
import { multiples, onSides, versus } from "./versus.mjs";
import * as table from "./versus-table.mjs";

/** Steps of S3, by what they are measured by. */
const ofDistillation = ["plain", "dcgd", "dicd", "gkd"];

/**
 * What follows from the times of one precision, by part `{ ours_ms, pytorch_ms, … }`: S3's steps as multiples of the plain one, and what DCGD and DICD add to it, in plain steps: DICD to the plain
 * step, DCGD to the step with DICD, in which the teacher's decoder runs as it does in the plain one. null where a time is missing.
 */
export function derived(by) {
  const added = (more, less) =>
    onSides(by, (time) => {
      const [a, b, whole] = [time(more), time(less), time("plain")];
      return a === null || b === null || whole === null ? null : rounded((a - b) / whole, 3);
    });
  return { times: multiples(by, ofDistillation, "plain"), added: { dcgd: added("gkd", "dicd"), dicd: added("dicd", "plain") } };
}

const costs = ({ added: { dcgd, dicd } }) =>
  Object.entries({ DCGD: dcgd, DICD: dicd })
    .filter(([, { ours }]) => ours !== null)
    .map(([name, of]) => `${name} adds so many plain steps to S3's: ${table.both(of)}`);

const kind = {
  ...{ bench: "gkd", work: "gkd", names: partNames, asked: generalisable, batch: 8, size: 128 },
  ...{ aim: 0.8, unaimed: ["plain"], derived, costs },
};

/** Every kind of step that generalisable distillation has, ours against PyTorch, and S3's against the plain step. */
export const bench = (options) =>
  versus(
    kind,
    Object.keys(partNames).filter((part) => {
      const { method = part } = options;
      // nothing can be said of S3's steps without the plain one
      return part === method || (part === "plain" && ofDistillation.includes(method));
    }),
    options,
  );

export const markdown = (rows, on) => table.markdown(kind, rows, on);
