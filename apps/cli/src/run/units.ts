import type { Case } from "@segdistill/core/contract";

/** What a row of the results is about: the picture, or the whole volume that a case is a slice of. */
export const unitOf = ({ id, volume }: Pick<Case, "id" | "volume">): string => volume?.id ?? id;

/** How many pictures and volumes cases are. */
export const unitsOf = (cases: readonly Pick<Case, "id" | "volume">[]): number => new Set(cases.map(unitOf)).size;

/** The case that a row's picture in the report shows: of a volume the slice with the most foreground. */
export const shownCase = async (cases: readonly Case[], unit: string): Promise<Case> => {
  const own = cases.filter((one) => unitOf(one) === unit);
  if (own.length === 1) return own[0]!;
  let best = { one: own[0]!, size: -1 };
  for (const one of own) {
    const size = (await one.label())?.data.reduce((sum, value) => sum + (value > 0 && value !== 255 ? 1 : 0), 0) ?? 0;
    if (size > best.size) best = { one, size };
  }
  return best.one;
};
