import type { StageResults } from "@segdistill/core";
import { markup, type Markup } from "./markup.js";
import { axisNumber, listed } from "./numbers.js";
import type { GateFound, StageTold } from "./report-input.js";
import { table } from "./table.js";

/** A gate as core writes it, in the results or an event. */
export const gateOf = (name: string, value: unknown, passed: boolean, warning: unknown): GateFound => ({
  name,
  value: typeof value === "number" ? value : null,
  passed,
  ...(typeof warning === "string" && { warning }),
});

/** A stage's gates: from the results, which have those of reused stages too, else from the events. */
export const gatesOf = (told: StageTold | null, results: StageResults | null): readonly GateFound[] => {
  const all = results?.gate?.["gates"];
  if (!Array.isArray(all)) return told?.gates ?? [];
  return all.flatMap((one: unknown): readonly GateFound[] => {
    if (typeof one !== "object" || one === null) return [];
    const { name, value, passed, warning } = one as Readonly<Record<string, unknown>>;
    return typeof name === "string" && typeof passed === "boolean" ? [gateOf(name, value, passed, warning)] : [];
  });
};

/** A value for people: four significant digits. */
const valueOf = (value: number | null): string => (value === null ? "not defined" : axisNumber(Number(value.toPrecision(4))));

/** What is to be said of a stage's gates that did not pass; null where all did. One that stops never comes to a report. */
export const gateWarning = (gates: readonly GateFound[]): string | null => {
  const failed = gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return null;
  const names = listed(failed.map(({ name, value }) => `${name} (value ${valueOf(value)})`));
  const [subject, verb] = failed.length === 1 ? ["gate", "It only warns"] : ["gates", "They only warn"];
  const more = failed.map(({ warning }) => (warning === undefined ? "" : ` ${warning}`)).join("");
  return `${subject} ${names} did not pass. ${verb}: what builds on this stage was trained all the same.${more}`;
};

/** A stage's gates as a table, with a warning above where one did not pass. Source: our choice. */
export const gatesTable = (stage: string, gates: readonly GateFound[]): Markup | null => {
  if (gates.length === 0) return null;
  const warning = gateWarning(gates);
  const rows = gates.map(({ name, value, passed }) => ({
    cells: [name, valueOf(value), passed ? "passed" : markup`<span class="loss">not passed</span>`],
  }));
  const shares = gates.some(({ name }) => name.endsWith("/share"))
    ? " A share: of a term against another, over the first epoch of training."
    : "";
  const caption = `Gates of ${stage}: conditions on what it trained, measured over its validation data (its own data where it has none).${shares}`;
  return markup`${warning === null ? null : markup`<p class="warning"><b>Warning:</b> ${warning}</p>`}${table({ caption, head: ["Gate", "Value", "Outcome"], rows, words: [2] })}`;
};
