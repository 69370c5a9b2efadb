import type { OptionsSchema } from "@segdistill/core/contract";
import { z } from "zod";
import { isUserError } from "../errors.js";
import type { FoundPackage } from "./find-package.js";
import { installed } from "./installed.js";
import { home, load, type Kind } from "./offers.js";
import { isZod } from "./options.js";

/** A piece of JSON Schema. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** One method, network or data set of an installed package. */
export interface Offering {
  readonly kind: Kind;
  readonly name: string;
  /** Every way to name it in a configuration, the shortest first. */
  readonly uses: readonly [string, ...string[]];
  /** Of its options as they are written; null where its package checks them by other means than zod. */
  readonly options: JsonSchema | null;
}

/** An installed package with what it offers, or why it cannot be used. */
export interface InstalledPackage {
  readonly found: FoundPackage;
  readonly offerings: readonly Offering[];
  readonly problem: string | null;
}

const kinds: readonly Kind[] = ["methods", "networks", "datasets"];

/** Everything that the packages installed for a folder offer to configurations, by package name. One that cannot be used says why; nothing is thrown for it. */
export const installedPackages = async (folder: string): Promise<readonly InstalledPackage[]> => {
  const all: InstalledPackage[] = [];
  for (const found of installed(folder)) {
    try {
      const { plugin } = await load(found.name, folder, "plugins");
      const offerings = kinds.flatMap((kind) => {
        const names = Object.keys(plugin[kind] ?? {});
        return names.map((name): Offering => {
          const uses: Offering["uses"] = [`${found.name}#${name}`, ...(names.length === 1 ? [found.name] : [])];
          const { options } = plugin[kind]![name]!;
          return { kind, name, uses: home[kind] === found.name ? [name, ...uses] : uses, options: schemaOf(options) };
        });
      });
      all.push({ found, offerings, problem: null });
    } catch (e) {
      if (!isUserError(e)) throw e;
      all.push({ found, offerings: [], problem: e.message });
    }
  }
  return all;
};

/** What a configuration may write, as zod itself says it; a transformation that has no JSON Schema is left open. */
const schemaOf = (options: OptionsSchema<unknown>): JsonSchema | null => {
  const schema: unknown = options;
  return isZod(schema) ? (z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema) : null;
};
