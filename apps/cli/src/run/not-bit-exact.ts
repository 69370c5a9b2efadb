import type { Environment } from "@segdistill/core";

type Machine = Pick<Environment, "cpu" | "gpus" | "threads" | "tensorflow">;

/**
 * What of the machine decides on the last bits of a number and is another now: `threads 2 → 4`. Empty where nothing is. Threads are those that were used: all
 * logical cores where none were asked for. Flags that one side does not tell of are not compared. Source: our choice.
 */
export const machineChanges = (there: Machine, here: Machine): readonly string[] => {
  const threads = ({ threads: asked, cpu }: Machine): string => String(asked ?? cpu.count);
  return [
    ...changed("processor", there.cpu.model ?? "not known", here.cpu.model ?? "not known"),
    ...flags(there.cpu.flags, here.cpu.flags),
    ...changed("GPU", there.gpus?.join(", ") ?? "none", here.gpus?.join(", ") ?? "none"),
    ...changed("threads", threads(there), threads(here)),
    ...changed("TensorFlow", there.tensorflow ?? "none", here.tensorflow ?? "none"),
  ];
};

/** `what there → here`, or nothing where both are equal. */
export const changed = (what: string, there: string, here: string): readonly string[] =>
  there === here ? [] : [`${what} ${there} → ${here}`];

const flags = (there: readonly string[] | null, here: readonly string[] | null): readonly string[] => {
  if (there === null || here === null) return [];
  const gone = there.filter((flag) => !here.includes(flag));
  const fresh = here.filter((flag) => !there.includes(flag));
  const parts = [...(gone.length > 0 ? [`without ${gone.join(", ")}`] : []), ...(fresh.length > 0 ? [`with ${fresh.join(", ")}`] : [])];
  return parts.length > 0 ? [`instruction sets ${parts.join(" and ")}`] : [];
};

/** A note once made stays with the run, and stands once. */
export const keptNotes = (
  before: readonly string[] | undefined,
  changes: readonly string[],
): { readonly notBitExact?: readonly string[] } => {
  const all = [...new Set([...(before ?? []), ...changes])];
  return all.length > 0 ? { notBitExact: all } : {};
};
