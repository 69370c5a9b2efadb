import { groupDivided } from "./errors.js";
import { partsOfIds } from "./parts-of-ids.js";
import type { Parts } from "./split-by-group.js";

interface Grouped {
  readonly id: string;
  readonly group: string;
}

/** The parts that one learns and measures on: who writes one of them by hand replaces all three. */
const main = ["train", "validation", "test"] as const;

/**
 * The parts of a set with those of the option `parts`: beside the set's own, in place of its `train`, `validation` and `test` where one of these is given. [ours]
 *
 * @throws unknown ids and ids listed twice; a group with pictures in two parts, of the set's own or of those given
 */
export function withParts(
  name: string,
  cases: readonly Grouped[],
  own: Parts,
  given: Readonly<Record<string, readonly string[]>> | undefined,
): Parts {
  const { all = [], ...written } = partsOfIds(
    name,
    "parts",
    Object.entries(given ?? {}),
    cases.map(({ id }) => id),
  );
  const isMain = (part: string): boolean => main.some((one) => one === part);
  const replaces = Object.keys(written).some(isMain);
  const kept = Object.fromEntries(Object.entries(own).filter(([part]) => part !== "all" && !(replaces && isMain(part))));
  refuseDividedGroups(name, cases, kept);
  refuseDividedGroups(name, cases, written);
  return { ...kept, ...written, all };
}

function refuseDividedGroups(name: string, cases: readonly Grouped[], parts: Parts): void {
  const groupOf = new Map(cases.map(({ id, group }) => [id, group]));
  const seen = new Map<string, string>();
  const divided = new Set<string>();
  for (const [part, ids] of Object.entries(parts))
    for (const id of ids) {
      const group = groupOf.get(id)!;
      if (seen.has(group) && seen.get(group) !== part) divided.add(group);
      seen.set(group, part);
    }
  if (divided.size > 0) throw groupDivided(name, [...divided]);
}

/** Says how many ids are in no part but `all`; nothing where every one is, or where there is no other part. */
export function leftOutWarning(name: string, parts: Parts, what = "pictures"): readonly string[] {
  const { all = [], ...others } = parts;
  const inside = new Set(Object.values(others).flat());
  const leftOut = Object.keys(others).length === 0 ? 0 : all.filter((id) => !inside.has(id)).length;
  return leftOut === 0 ? [] : [`[${name}] ${String(leftOut)} of ${String(all.length)} ${what} are in no part of the split.`];
}
