/**
 * The first key that the outermost object of a text of JSON has twice; null where there is none. JSON.parse keeps the last and says nothing, other readers
 * keep the first: a file could then be one thing to whoever checks it and another to us. The text must be JSON.
 */
export function repeatedKey(json: string): string | null {
  const seen = new Set<string>();
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const sign = json[i];
    if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    if (sign !== '"') continue;
    const start = i;
    for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
    let next = i + 1;
    while (/\s/.test(json[next] ?? "")) next++;
    if (depth !== 1 || json[next] !== ":") continue; // only a key is followed by a colon
    const key = JSON.parse(json.slice(start, i + 1)) as string;
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return null;
}
