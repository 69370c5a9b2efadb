import { during, rampUp, times, weigh, without, type Span } from "@segdistill/core";
import type { Method, NetworkSpec, NetworkFrame, Schedule } from "@segdistill/core/contract";
import type { Resolved } from "../config/configure.js";
import type { MethodEntry } from "../config/schema.js";
import { noMethodOfTerm, noSupervision } from "./errors.js";
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

/** A weight of a configuration as the core has it. */
const weightOf = (weight: MethodEntry["weight"]): number | Schedule => {
  if (typeof weight === "number") return weight;
  if (weight.rampUp) return rampUp(weight.rampUp as Span & { readonly to: number });
  const { weight: value, ...time } = weight.during!; // the grammar asks for exactly one
  return times(value, during(time as Parameters<typeof during>[0]));
};

/** Methods without the terms that a configuration leaves out, named "method/term". */
export const ablated = (methods: readonly AnyMethod[], terms: readonly string[], at: string): readonly AnyMethod[] => {
  const known = methods.map(({ name }) => name);
  for (const term of terms) if (!known.some((name) => term.startsWith(`${name}/`))) throw noMethodOfTerm(at, term, known);
  return methods.map((method) => {
    const own = terms.filter((term) => term.startsWith(`${method.name}/`)).map((term) => term.slice(method.name.length + 1));
    return own.length > 0 ? without(own, method) : method;
  });
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
    const by = weightOf(weight);
    made.push(by === 1 ? method : weigh(by, method));
    entries.push({ ...(options as object), use, weight } as MethodEntry);
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
