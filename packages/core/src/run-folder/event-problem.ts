import { stageEvents } from "./events.js";

type Row = Readonly<Record<string, unknown>>;
const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isWhole = (value: unknown): boolean => isNumber(value) && Number.isInteger(value) && value >= 0;
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value);

/** What is wrong with a value as a line of events.jsonl; null where those who read events will find what the types promise. Keys beside those are let through. */
export function eventProblem(value: unknown): string | null {
  if (!isRow(value)) return "it is not an object";
  if (typeof value["t"] !== "string" || typeof value["stage"] !== "string") return "it has no time or no stage";
  if (Object.hasOwn(value, "terms")) return stepProblem(value);
  if (Object.hasOwn(value, "validation")) return validationProblem(value);
  return (stageEvents as readonly unknown[]).includes(value["event"]) ? null : "it has neither terms nor validation nor a known event";
}

function stepProblem({ step, epoch, terms, rate, ms }: Row): string | null {
  if (!isWhole(step) || !isWhole(epoch)) return "its step or epoch is no whole number";
  if (!isNumber(rate) || !isNumber(ms)) return "its rate or ms is no number";
  if (!isRow(terms)) return "its terms are no mapping";
  const fits = (term: unknown): boolean => isRow(term) && isNumber(term["raw"]) && isNumber(term["weight"]);
  return Object.values(terms).every(fits) ? null : "its terms are not of the form { raw, weight }";
}

function validationProblem({ step, epoch, validation, reasons }: Row): string | null {
  if ((step !== undefined && !isWhole(step)) || (epoch !== undefined && !isWhole(epoch))) return "its step or epoch is no whole number";
  if (!isRow(validation) || !Object.values(validation).every(isNumberOrNull)) return "its validation is no mapping of numbers";
  return reasons === undefined || (isRow(reasons) && Object.values(reasons).every((reason) => typeof reason === "string"))
    ? null
    : "its reasons are no mapping of texts";
}
