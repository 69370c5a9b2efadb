import { pathToFileURL } from "node:url";
import type { Origin, Plugin } from "@segdistill/core/contract";
import { contractOfAnother, nameNeeded, noSuchName, notAPlugin, offersNone, pluginExportMissing, pluginNotLoaded } from "./errors.js";
import { entryOf, type FoundPackage } from "./find-package.js";
import { originOf } from "./origin.js";
import { liesThere, trusted, trustedOrNone } from "./trusted.js";

export const contract = 1;
export type Kind = "methods" | "networks" | "datasets";
type Offers<K extends Kind> = NonNullable<Plugin[K]>;

/** One thing of a package, as a configuration names it. */
export interface Found<K extends Kind> {
  readonly name: string;
  /** "<package>#<name>": one spelling for every way to write it. */
  readonly use: string;
  readonly offered: Offers<K>[string];
  readonly origin: Origin;
}

/** Where short names are looked up. */
export const home: Partial<Record<Kind, string>> = { networks: "@segdistill/models", datasets: "@segdistill/datasets" };

/**
 * What `use` names: "<package>#<name>", "<package>" where it offers one thing of the kind, or the short name of a network or data set of
 * ours. `folder` is where the user works: only packages that its project depends on are loaded, and those that come with this program ({@link trusted}).
 * `at` is named in messages. Throws resolve/… errors: not installed, not listed, no SegDistill package, another contract, no such name.
 */
export const find = async <K extends Kind>(kind: K, use: string, folder: string, at: string): Promise<Found<K>> => {
  const [name, inner] = use.split("#", 2) as [string, string?];
  const short = home[kind];
  if (inner === undefined && short !== undefined && !/[@/]/.test(name) && !trustedOrNone(name, folder)) {
    const ours = await load(short, folder, at);
    // A package of this name that may not be loaded is told of only where we have nothing that is called so.
    if (Object.hasOwn(ours.plugin[kind] ?? {}, name) || !liesThere(name, folder)) return pick(kind, ours, name, at);
  }
  return pick(kind, await load(name, folder, at), inner, at);
};

/** A loaded package and what it offers. */
export interface Loaded {
  readonly found: FoundPackage;
  readonly plugin: Plugin;
}

/** Loads a package that offers something to configurations. Throws as {@link find} does. */
export const load = async (name: string, folder: string, at: string): Promise<Loaded> => {
  const found = trusted(name, folder, at);
  const says = found.manifest.segdistill?.contract;
  if (says === undefined) throw notAPlugin(at, name, found.version, contract);
  if (says !== contract) throw contractOfAnother(at, found, says, contract);
  let exported: { readonly segdistill?: Plugin };
  try {
    exported = (await import(pathToFileURL(entryOf(found)).href)) as typeof exported;
  } catch (e) {
    throw pluginNotLoaded(at, name, found.version, e instanceof Error ? e.message : String(e));
  }
  if (!exported.segdistill) throw pluginExportMissing(at, name, found.version);
  return { found, plugin: exported.segdistill };
};

const pick = <K extends Kind>(kind: K, { found, plugin }: Loaded, name: string | undefined, at: string): Found<K> => {
  const offers = (plugin[kind] ?? {}) as Offers<K>;
  const names = Object.keys(offers);
  if (names.length === 0) throw offersNone(at, found.name, kind, plugin);
  const chosen = name ?? (names.length === 1 ? names[0]! : undefined);
  if (chosen === undefined) throw nameNeeded(at, found.name, kind, names);
  if (!Object.hasOwn(offers, chosen)) throw noSuchName(at, found.name, kind, chosen, names);
  return { name: chosen, use: `${found.name}#${chosen}`, offered: offers[chosen]! as Offers<K>[string], origin: originOf(found) };
};
