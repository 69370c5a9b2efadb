import { createHash } from "node:crypto";

/** JSON with the keys of every object sorted: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** SHA-256 of the canonical JSON of a value, 64 hexadecimal digits. */
export const hashed = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex");
