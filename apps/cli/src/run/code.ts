import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Origin } from "@segdistill/core/contract";
import { findPackage } from "../resolve/find-package.js";
import { originOf } from "../resolve/origin.js";
import type { ResolvedRun } from "./resolve-run.js";

const own = dirname(fileURLToPath(import.meta.url));

/** Our packages that take part in every run; methods, networks and data sets bring their own origin. */
export const engineOrigins = (): readonly Origin[] =>
  ["@segdistill/core", "@segdistill/backend", "@segdistill/datasets"]
    .map((name) => findPackage(name, [own]))
    .filter((found) => found !== undefined)
    .map(originOf);

/** Every package that takes part in a run. */
export const originsOf = ({ teacher, student, methods }: Pick<ResolvedRun, "teacher" | "student" | "methods">): readonly Origin[] => [
  ...engineOrigins(),
  ...[teacher.origin, student.origin, ...methods.made.map(({ origin }) => origin)].filter((origin) => origin !== undefined),
];

/** Versions by package, each with the first digits of the hash of its built files as build metadata: "1.2.0+3f2a9c0d1e2b". */
export const versionsOf = (origins: readonly Origin[]): Readonly<Record<string, string>> =>
  Object.fromEntries(origins.map((o) => [o.package, `${o.version}+${o.files.slice(0, 12)}`]));
