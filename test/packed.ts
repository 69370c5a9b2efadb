import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm, output } from "./command.js";

/** The folder of the whole project. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The parts of a package.json that are read here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly keywords?: readonly string[];
  readonly segdistill?: { readonly contract: number };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace that is published. */
export interface Published {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Every package that is published, in the order of their folders. */
export const published = (): readonly Published[] =>
  ["packages", "apps"]
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest }))
    .filter(({ manifest }) => !manifest.private);

/** Packs packages as they would be published, from their builds, into a folder; gives the tarball's path by package name. */
export const pack = async (packages: readonly Published[], into: string): Promise<ReadonlyMap<string, string>> => {
  const named = packages.flatMap(({ manifest }) => ["--workspace", manifest.name]);
  output(await npm(["pack", "--loglevel=error", "--pack-destination", into, ...named], { cwd: root }));
  return new Map(
    packages.map(({ manifest: { name, version } }) => [name, join(into, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)]),
  );
};
