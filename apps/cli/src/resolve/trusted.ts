import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notAPackageName, packageNotInstalled, packageNotListed } from "./errors.js";
import { findPackage, type FoundPackage } from "./find-package.js";
import { projectOf, type Project } from "./project.js";

const own = dirname(fileURLToPath(import.meta.url));
/** As npm has them: no path, no address, no `node:`. */
const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/**
 * The package of a name that a configuration or student may load code from: one that the project of `folder` (the folder in which the user works) depends on or
 * has as a workspace, or one that this program brings along. What merely lies in node_modules is refused: names come from files that strangers write.
 * Throws resolve/not-a-name, /not-installed, /not-listed, /manifest. [ours]
 */
export const trusted = (name: string, folder: string, at: string): FoundPackage => {
  if (!packageName.test(name)) throw notAPackageName(at, name);
  const trust = trustOf(folder);
  const found = trust.allowed(name);
  if (found) return found;
  if (liesThere(name, folder)) throw packageNotListed(at, name, folder, trust.project.file);
  throw packageNotInstalled(at, name, folder);
};

/** The same, undefined where the package may not be loaded or is not there. */
export const trustedOrNone = (name: string, folder: string): FoundPackage | undefined => trustOf(folder).allowed(name);

/** Whether a package of this name can be found at all, trusted or not. */
export const liesThere = (name: string, folder: string): boolean =>
  packageName.test(name) && findPackage(name, [folder, own]) !== undefined;

/** Whom a folder trusts, with the manifests that say so read once for all names that are asked for. Throws resolve/manifest. */
export interface Trust {
  readonly project: Project;
  /** The package of a name; undefined where it may not be loaded or is not there. */
  readonly allowed: (name: string) => FoundPackage | undefined;
}

/** What {@link trusted} and {@link trustedOrNone} go by. */
export const trustOf = (folder: string): Trust => {
  const project = projectOf(folder);
  const brought = ownNames();
  return {
    project,
    allowed: (name) => {
      if (!packageName.test(name)) return undefined;
      if (project.listed(name)) return findPackage(name, [folder, own]);
      // Not from the folder: there a package of this name could be anybody's.
      if (brought.includes(name)) return findPackage(name, [own]);
      const found = findPackage(name, [folder]);
      return found && project.member(found.root) ? found : undefined;
    },
  };
};

/** Names of the packages that this program depends on. */
const ownNames = (): readonly string[] => {
  let folder = own;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies);
};
