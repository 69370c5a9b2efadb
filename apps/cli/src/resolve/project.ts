import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { brokenManifest } from "./errors.js";

/** The user's project: what may be loaded for it. */
export interface Project {
  /** Its package.json; null where there is none. */
  readonly file: string | null;
  /** Whether its package.json, or that of the workspace it is part of, names the package as a dependency of any kind. */
  readonly listed: (name: string) => boolean;
  /** Whether a package's own folder (not a link to it) is the project itself or a workspace of it. */
  readonly member: (root: string) => boolean;
}

interface Manifest {
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly workspaces: readonly string[];
}

/** A folder and all above it, nearest first, of which each holds a package.json. */
const foldersWithManifest = (folder: string): readonly string[] => {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) found.push(at);
    if (at === dirname(at)) return found;
  }
};

/** The nearest folder at or above one (absolute, links not followed) that holds a package.json; the folder itself where none does. */
export const projectFolder = (folder: string): string => foldersWithManifest(folder)[0] ?? folder;

/**
 * The project of a folder: the nearest package.json at or above it, with the one further up that counts it among its workspaces.
 * Throws resolve/manifest where one of them cannot be read. [ours]
 */
export const projectOf = (folder: string): Project => {
  const [nearest, ...above] = foldersWithManifest(existsSync(folder) ? realpathSync(folder) : resolve(folder)).map(manifestIn);
  const manifests = nearest ? [nearest, ...above.filter((manifest) => isWorkspace(manifest, nearest.folder))] : [];
  return {
    file: nearest ? join(nearest.folder, "package.json") : null,
    listed: (name) => manifests.some(({ dependencies }) => dependencies.includes(name)),
    member: (root) => root === nearest?.folder || manifests.some((manifest) => isWorkspace(manifest, root)),
  };
};

const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

const manifestIn = (folder: string): Manifest => {
  const file = join(folder, "package.json");
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, "utf8"));
  } catch (e) {
    throw brokenManifest(file, e instanceof Error ? e.message : String(e));
  }
  const of = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  const workspaces = of(found, "workspaces");
  const list = Array.isArray(workspaces) ? (workspaces as readonly unknown[]) : of(workspaces, "packages");
  return {
    folder,
    dependencies: kinds.flatMap((kind) => Object.keys((of(found, kind) as object | undefined) ?? {})),
    workspaces: Array.isArray(list) ? list.filter((pattern): pattern is string => typeof pattern === "string") : [],
  };
};

/** `packages/*` has every folder in packages; `**` any number of folders. Other signs stand for themselves. */
const isWorkspace = ({ folder, workspaces }: Manifest, root: string): boolean => {
  const inner = relative(folder, root).split(sep);
  if (inner.includes("..") || inner.includes("node_modules")) return false;
  return workspaces.some((pattern) => fits(pattern.replace(/^\.\//, "").replace(/\/$/, "").split("/"), inner));
};

const fits = ([pattern, ...patterns]: readonly string[], names: readonly string[]): boolean => {
  const [name, ...rest] = names;
  if (pattern === undefined) return name === undefined;
  if (pattern === "**") return fits(patterns, names) || (name !== undefined && fits(["**", ...patterns], rest));
  return name !== undefined && (pattern === "*" || pattern === name) && fits(patterns, rest);
};
