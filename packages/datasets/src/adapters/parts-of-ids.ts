import { listedTwice, unknownListed } from "./errors.js";
import { partOf } from "./place.js";
import type { Parts } from "./split-by-group.js";
import { nameOf } from "./stem.js";

/**
 * Parts from lists of ids, and `all`; every part in the order of `ids`. `val` and `valid` are called `validation`.
 *
 * A listed id may carry an ending or lack its folder. Ids in no list are in no part but `all`. `where` names the lists in messages.
 *
 * @throws an id that no picture has, with the nearest one; an id in two lists
 */
export function partsOfIds(
  name: string,
  where: string,
  lists: readonly (readonly [string, readonly string[]])[],
  ids: readonly string[],
): Parts {
  const known = new Set(ids);
  const partOfId = new Map<string, string>();
  const parts = new Map<string, string[]>();
  for (const [title, listed] of lists) {
    const part = partOf(title) ?? title;
    if (!parts.has(part)) parts.set(part, []);
    for (const one of listed) {
      const id = knownId(one, known);
      if (id === undefined) throw unknownListed(name, where, one, nearest(one, ids));
      const before = partOfId.get(id);
      if (before !== undefined) throw listedTwice(name, where, id, before, part);
      partOfId.set(id, part);
    }
  }
  for (const id of ids) {
    const part = partOfId.get(id);
    if (part !== undefined) parts.get(part)!.push(id);
  }
  return Object.fromEntries([...parts, ["all", ids]]);
}

function knownId(listed: string, known: ReadonlySet<string>): string | undefined {
  const whole = listed.normalize("NFC").replaceAll("\\", "/");
  const { stem } = nameOf(whole);
  const exact = [whole, stem].find((id) => known.has(id));
  if (exact !== undefined) return exact;
  const ends = [...known].filter((id) => id.endsWith(`/${stem}`) || stem.endsWith(`/${id}`));
  return ends.length === 1 ? ends[0] : undefined;
}

/** The id with the fewest letters to change, add or take away (Levenshtein). */
function nearest(listed: string, ids: readonly string[]): string {
  const text = listed.slice(0, 200); // the work grows with the length, and a list may hold anything
  const distance = (other: string): number => {
    let row = Array.from({ length: other.length + 1 }, (_, i) => i);
    for (let i = 1; i <= text.length; i++) {
      const next = [i];
      for (let j = 1; j <= other.length; j++)
        next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (text[i - 1] === other[j - 1] ? 0 : 1)));
      row = next;
    }
    return row[other.length]!;
  };
  let best = { id: ids[0]!, distance: Infinity };
  for (const id of ids) {
    const away = distance(id);
    if (away < best.distance) best = { id, distance: away };
  }
  return best.id;
}
