import { z } from "zod";

/** HU that a scanner stores; what lies outside is padding. datasets.md 2.6 */
export const ctRange = [-1024, 3071] as const;

export const organTask = z
  .enum(["organ", "tumour", "both"])
  .default("organ")
  .describe("organ: the organ with its tumours as one class; tumour: the tumours alone; both: two classes [ours]");

/** Class names, and classes by the values 0, 1 (organ) and 2 (tumour). */
export function organClasses(
  task: z.output<typeof organTask>,
  [organ, tumour]: readonly [string, string],
): { readonly names: readonly string[]; readonly map: ReadonlyMap<number, number> } {
  const forms = { organ: [[organ], 1, 1], tumour: [[tumour], 0, 1], both: [[organ, tumour], 1, 2] } as const;
  const [names, one, two] = forms[task];
  return { names: ["background", ...names], map: new Map([[0, 0], [1, one], [2, two]]) }; // prettier-ignore
}
