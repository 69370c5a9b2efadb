import { list, meant, userError, type UserError } from "../errors.js";

const one = { methods: "method", networks: "network", datasets: "data set" } as const;
const many = { methods: "methods", networks: "networks", datasets: "data sets" } as const;
type Kind = keyof typeof one;

export const packageNotInstalled = (at: string, name: string, folder: string): UserError =>
  userError(
    "resolve/not-installed",
    `[${at}] package "${name}" is not installed; looked from ${folder} upwards. Install it: npm install ${name}`,
  );
export const notAPackageName = (at: string, found: string): UserError =>
  userError(
    "resolve/not-a-name",
    `[${at}] ${JSON.stringify(found.slice(0, 200))} is not the name of a package. Expected one that the project depends on, such as "@segdistill/plugin-kd": code is loaded from installed packages only, never from a path. Install the package: npm install <name>`,
  );
export const packageNotListed = (at: string, name: string, folder: string, project: string | null): UserError =>
  userError(
    "resolve/not-listed",
    `[${at}] package "${name}" lies in node_modules, but ${project === null ? `there is no package.json at or above ${folder} that names it` : `${project} does not name it`}. Expected it among the dependencies of the project: only then what a configuration names is loaded. If you trust it: npm install ${name}`,
  );
export const brokenManifest = (file: string, why: string): UserError =>
  userError("resolve/manifest", `[${file}] cannot be read: ${why}. Expected the package.json of a project. Mend it.`);
export const notAPlugin = (at: string, name: string, version: string, contract: number): UserError =>
  userError(
    "resolve/not-a-plugin",
    `[${at}] package "${name}" ${version} offers nothing to SegDistill. Expected "segdistill": { "contract": ${contract} } in its package.json, found none. Is the name right?`,
  );
export const contractOfAnother = (
  at: string,
  found: {
    readonly name: string;
    readonly version: string;
    readonly manifest: { readonly peerDependencies?: Readonly<Record<string, string>> };
  },
  says: unknown,
  contract: number,
): UserError => {
  const range = found.manifest.peerDependencies?.["@segdistill/core"];
  const remedy =
    typeof says === "number" && says > contract
      ? `Install the SegDistill that it is written for${range === undefined ? "" : ` (@segdistill/core ${range})`}: npm install segdistill@latest`
      : `Install a release of it for contract ${contract}: npm install ${found.name}@latest`;
  return userError(
    "resolve/contract",
    `[${at}] package "${found.name}" ${found.version} is written for contract ${JSON.stringify(says)}, expected ${contract}. ${remedy}`,
  );
};
export const pluginNotLoaded = (at: string, name: string, version: string, why: string): UserError =>
  userError("resolve/not-loaded", `[${at}] package "${name}" ${version} cannot be loaded: ${why}. Install it anew: npm install ${name}`);
export const pluginExportMissing = (at: string, name: string, version: string): UserError =>
  userError(
    "resolve/no-export",
    `[${at}] package "${name}" ${version} has no export "segdistill". Expected export const segdistill = { contract: 1, … }; ask its author.`,
  );
export const offersNone = (at: string, name: string, kind: Kind, plugin: object): UserError => {
  const others = (Object.keys(many) as Kind[]).filter((k) => k in plugin).map((k) => many[k]);
  return userError("resolve/none", `[${at}] package "${name}" offers no ${many[kind]}. It offers ${others.join(" and ") || "nothing"}.`);
};
export const nameNeeded = (at: string, name: string, kind: Kind, names: readonly string[]): UserError =>
  userError(
    "resolve/which",
    `[${at}] package "${name}" offers ${names.length} ${many[kind]}. Write "${name}#<name>" with one of: ${list(names)}.`,
  );
export const noSuchName = (at: string, name: string, kind: Kind, found: string, names: readonly string[]): UserError =>
  userError("resolve/no-such-name", `[${at}] package "${name}" offers no ${one[kind]} "${found}". ${meant(found, names, `It offers`)}`);
