import type { Precision } from "@segdistill/backend";
import type { ModelResults } from "@segdistill/core";
import { prepare, type PrepareOptions } from "@segdistill/datasets/prepare";
import type { Evaluating } from "./evaluate-cases.js";
import { forward } from "./forward.js";
import { measureModels, type Domains, type Measuring } from "./measure-models.js";
import { modelResults } from "./model-results.js";
import type { OpenedStudent } from "./open-student.js";

/** A student under the name of its folder. */
export interface NamedStudent extends OpenedStudent {
  readonly name: string;
}

/** How all students are measured; the rest each of them says itself. */
export interface StudentMeasuring extends Pick<Measuring, "show" | "signal">, Pick<Evaluating, "at" | "metrics"> {
  readonly precision: Precision;
}

/** Students on every domain, by name in their order. Each picture is read and prepared once for all that want it prepared and cut in the same way. Throws run/stopped. */
export const measureStudents = async (
  students: readonly NamedStudent[],
  domains: Domains,
  { precision, at, metrics, show, signal }: StudentMeasuring,
): Promise<Readonly<Record<string, ModelResults>>> => {
  const found = new Map<string, ModelResults>();
  for (const group of alike(students)) {
    const { tile, classes, prepare: steps } = group[0]!.student;
    const how: Evaluating = {
      prepare: prepare(steps as unknown as PrepareOptions),
      tile: { size: tile.size ?? Infinity, overlap: tile.overlap },
      ...{ at, metrics },
      classes: classes.length,
    };
    const close: (() => void)[] = [];
    try {
      const models = group.map(({ name, spec, student, build }) => {
        const { network, dispose } = build();
        close.push(dispose);
        const program = forward(network, precision);
        close.push(program.dispose);
        return { name, spec, student, network, forward: program };
      });
      const scores = await measureModels(models, domains, { how, show, ...(signal && { signal }) });
      const side = tile.size ?? 256;
      for (const { name, spec, student, network } of models)
        found.set(
          name,
          modelResults(spec, network, [side, side, student.inputChannels], undefined, () => null, scores[name]!),
        );
    } finally {
      for (const one of close.reverse()) one();
    }
  }
  return Object.fromEntries(students.map(({ name }) => [name, found.get(name)!]));
};

/** Students that see the same pictures, together. */
const alike = (students: readonly NamedStudent[]): readonly (readonly NamedStudent[])[] => {
  const groups = new Map<string, NamedStudent[]>();
  for (const one of students) {
    const { prepare: steps, tile, classes } = one.student;
    const key = JSON.stringify([steps, tile.size, tile.overlap, classes.length]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
};
