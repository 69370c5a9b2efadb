import { rampUp, weigh } from "@segdistill/core";
import type { Method, NetworkSpec, NetworkFrame } from "@segdistill/core/contract";
import type { Resolved } from "../config/configure.js";
import type { MethodEntry } from "../config/schema.js";
import { noSupervision } from "../errors.js";
import { find } from "../resolve/offers.js";
import { make } from "../resolve/options.js";
import type { Looking } from "./open-data.js";

type AnyMethod = Method<string, never>;

/** A network entry: what a configuration says of teacher or student. */
interface NetworkEntry {
  readonly use: string;
  readonly [option: string]: unknown;
}

/** The network that an entry names, with its origin; `entry` is written back with every option filled in. */
export const networkOf = async (path: "teacher" | "student", entry: NetworkEntry, frame: NetworkFrame, { at, folder }: Looking) => {
  const { use, train, weights, ...written } = entry;
  const found = await find("networks", use, folder, at([path, "use"]));
  const { made: create, options } = make(found.offered, written, {
    at: at as never,
    path: [path],
    beside: path === "teacher" ? ["use", "train", "weights"] : ["use"],
  });
  const spec: NetworkSpec<string> = { ...create(frame), origin: found.origin };
  return { spec, entry: { use, ...(options as object), ...(train !== undefined && { train }), ...(weights !== undefined && { weights }) } };
};

/** Methods of a configuration, made; `entries` are written back with every option filled in. */
export const methodsOf = async ({ distil, teacher, baseline }: Pick<Resolved, "distil" | "teacher" | "baseline">, looking: Looking) => {
  const made: AnyMethod[] = [];
  const entries: MethodEntry[] = [];
  for (const [i, entry] of distil.methods.entries()) {
    const path = ["distil", "methods", String(i)];
    const { use, weight, ...written } = entry;
    const found = await find("methods", use, looking.folder, looking.at([...path, "use"]));
    const { made: bare, options } = make(found.offered, written, { at: looking.at as never, path, beside: ["use", "weight"] });
    const method = { ...bare, origin: found.origin } as AnyMethod;
    const by = typeof weight === "number" ? weight : rampUp(weight.rampUp);
    made.push(by === 1 ? method : weigh(by, method));
    entries.push({ use, weight, ...(options as Record<string, never>) });
  }
  // What trains a network without a teacher is what reads the student alone and asks nothing of others.
  const alone = made.filter(
    ({ wants, uses = [], stages }) => Object.keys(wants).every((role) => role === "student") && uses.length === 0 && !stages,
  );
  if (alone.length === 0 && (baseline || teacher.train))
    throw noSupervision(
      looking.at(["distil", "methods"]),
      made.map(({ name }) => name),
    );
  return { made, alone, entries };
};
