import type { StageResults } from "@segdistill/core";
import { markup, type Markup } from "./markup.js";
import { axisNumber, listed } from "./numbers.js";
import type { GateFound, StageTold } from "./report-input.js";
import { table } from "./table.js";

/** A stage's gates: from the results, which have those of reused stages too, else from the events. */
export const gatesOf = (told: StageTold | null, results: StageResults | null): readonly GateFound[] => {
  const all = results?.gate?.["gates"];
  if (!Array.isArray(all)) return told?.gates ?? [];
  return all.flatMap((one: unknown): readonly GateFound[] => {
    if (typeof one !== "object" || one === null) return [];
    const { name, value, passed } = one as Readonly<Record<string, unknown>>;
    return typeof name === "string" && typeof passed === "boolean"
      ? [{ name, value: typeof value === "number" ? value : null, passed }]
      : [];
  });
};

/** A value for people: four significant digits. */
const valueOf = (value: number | null): string => (value === null ? "not defined" : axisNumber(Number(value.toPrecision(4))));

/** What is to be said of a stage's gates that did not pass; null where all did. One that stops never comes to a report. */
export const gateWarning = (gates: readonly GateFound[]): string | null => {
  const failed = gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return null;
  const names = listed(failed.map(({ name, value }) => `${name} (value ${valueOf(value)})`));
  return failed.length === 1
    ? `gate ${names} did not pass. It only warns: what builds on this stage was trained all the same.`
    : `gates ${names} did not pass. They only warn: what builds on this stage was trained all the same.`;
};

/** A stage's gates as a table, with a warning above where one did not pass. Source: our choice. */
export const gatesTable = (stage: string, gates: readonly GateFound[]): Markup | null => {
  if (gates.length === 0) return null;
  const warning = gateWarning(gates);
  const rows = gates.map(({ name, value, passed }) => ({
    cells: [name, valueOf(value), passed ? "passed" : markup`<span class="loss">not passed</span>`],
  }));
  const caption = `Gates of ${stage}: conditions on what it trained, measured over its validation data (its own data where it has none).`;
  return markup`${warning === null ? null : markup`<p class="warning"><b>Warning:</b> ${warning}</p>`}${table({ caption, head: ["Gate", "Value", "Outcome"], rows, words: [2] })}`;
};
