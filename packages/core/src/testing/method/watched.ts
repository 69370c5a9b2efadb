import { keep, type Tensor } from "@tensorflow/tfjs-core";
import type {
  Answer,
  Built,
  CheckedMethod,
  Gate,
  Initial,
  Loss,
  Make,
  Method,
  Module,
  NetworkSpec,
  Scope,
  Site,
  Stage,
  Step,
  Term,
  View,
  Wants,
} from "../../contract/index.js";
import { noSuchNetwork } from "./errors.js";

/** First values of a network: as they are, all zero, only biases (constant maps), or twenty times as large. */
export type Start = "as-it-is" | "zeros" | "constant" | "saturated";

/** What one trial sees of a run, and where it meddles. */
export interface Watch {
  /** The name in messages. */
  readonly who: string;
  /** Every module, with the method or network that made it. */
  readonly modules: { readonly module: Module; readonly by: string }[];
  /** Modules that whoever made them may move in the stage under test. */
  readonly mayMove: Set<Module>;
  /** Variables that a method of the stage collects a mean into. */
  readonly collected: Set<Tensor>;
  /** What the method's own build gave. */
  built: Built<Step<Wants>> | undefined;
  /** "role/tap" or "role/logits" … that the method's terms, opponents, means and gates read. */
  readonly reads: Set<string>;
  /** Losses of the method's terms, one entry a call, where `record` asks for them: kept tensors, read and disposed of after an eager run. */
  readonly record: boolean;
  readonly shares: { readonly term: string; readonly sum: Tensor; readonly count: Tensor | null }[];
  /** Counts what is read of the step in the first loss; the read of this number throws. */
  reading: number;
  readonly breakAt: number | null;
}

/** Thrown on purpose where a trial asks for it. */
export const PLANNED = "planned by the conformance kit";

/** Three layers of it make logits of some thousands: beyond every softmax, and within float32 to the eighth power. */
const LARGE = 20;
const start = (initial: Initial, shape: readonly number[], how: Start): Initial => {
  if (how === "as-it-is") return initial;
  if (how === "zeros") return "zeros";
  if (how === "constant") return shape.length > 1 ? "zeros" : { uniform: 1 };
  if (initial === "zeros" || initial === "ones" || "constant" in initial) return initial;
  return "normal" in initial ? { normal: LARGE * initial.normal } : { uniform: LARGE * initial.uniform };
};

/** A scope that tells of every module, and starts its variables in another way. */
function watchedScope(scope: Scope, watch: Watch, by: string, how: Start = "as-it-is"): Scope {
  return {
    module: (name, build) => {
      const module = scope.module(name, (make) => {
        const other: Make = { state: make.state, variable: (key, shape, initial) => make.variable(key, shape, start(initial, shape, how)) };
        return build(other);
      });
      watch.modules.push({ module, by });
      return module;
    },
  };
}

/** The same network, watched. */
export const watchedSpec = <T extends string>(spec: NetworkSpec<T>, watch: Watch, how?: Start): NetworkSpec<T> => ({
  ...spec,
  build: (scope) => spec.build(watchedScope(scope, watch, spec.name, how)),
});

export interface MethodWatching {
  /** Whether it is the method under test. */
  readonly subject: boolean;
  /** Whether it takes part in the stage under test, rather than in one that comes before. */
  readonly here: boolean;
  /** Only this term, with weight 1. */
  readonly only?: string;
  readonly opponents: boolean;
  /** Whether schedules of weights stay; otherwise they are 1 from the first step. */
  readonly schedules: boolean;
  readonly stage: (stage: Stage) => Stage;
}

/** The same method, watched. */
export function watchedMethod<M extends CheckedMethod>(method: M, watch: Watch, how: MethodWatching): M {
  const { build, stages } = method as unknown as Method<string, Wants>;
  const watched: Partial<Method<string, Wants>> = {
    ...(stages && { stages: (plan) => stages(plan).map(how.stage) }),
    ...(build && { build: (site) => watchedBuilt(method.name, build, site, watch, how) }),
  };
  return { ...method, ...watched };
}

function watchedBuilt(
  name: string,
  build: (site: Site<Wants>) => Built<Step<Wants>>,
  site: Site<Wants>,
  watch: Watch,
  { subject, here, only, opponents, schedules }: MethodWatching,
): Built<Step<Wants>> {
  const own = new Set<Module>();
  const scope: Scope = {
    module: (at, make) => {
      const module = watchedScope(site.scope, watch, name).module(at, make);
      own.add(module);
      return module;
    },
  };
  const built = build({ ...site, scope });
  if (here) {
    for (const module of [...(built.trains ?? []), ...(built.adversaries ?? []).map((adversary) => adversary.module)])
      if (own.has(module)) watch.mayMove.add(module);
    for (const { into } of built.collect ?? []) watch.collected.add(into.value);
  }
  const warns = (gate: Gate<Step<Wants>>): Gate<Step<Wants>> => ({ ...gate, otherwise: "warn" }); // two steps are no training
  if (!subject) return { ...built, gates: (built.gates ?? []).map(warns) };
  watch.built = built;
  const seen = <T>(f: (step: Step<Wants>) => T) => {
    return (step: Step<Wants>): T => f(watchedStep(step, watch));
  };
  const terms = (built.terms ?? []).filter((term) => only === undefined || term.name === only);
  return {
    ...built,
    terms: terms.map(
      (term): Term<Step<Wants>> => ({
        ...term,
        ...((only !== undefined || (!schedules && typeof term.weight === "object")) && { weight: 1 }),
        loss: (step) => shared(term.name, seen(term.loss)(step), watch),
      }),
    ),
    adversaries: opponents ? (built.adversaries ?? []).map((adversary) => ({ ...adversary, loss: seen(adversary.loss) })) : [],
    collect: (built.collect ?? []).map((collect) => ({ ...collect, of: seen(collect.of) })),
    gates: opponents ? (built.gates ?? []).map((gate) => ({ ...gate, measure: seen(gate.measure), otherwise: "warn" as const })) : [],
  };
}

function shared(term: string, loss: Loss, watch: Watch): Loss {
  const copy = (of: Tensor): Tensor => keep(of.clone());
  if (watch.record) watch.shares.push({ term, sum: copy(loss.sum), count: loss.count ? copy(loss.count) : null });
  return loss;
}

/** A step that tells what is read of it. */
function watchedStep(step: Step<Wants>, watch: Watch): Step<Wants> {
  const read = (what: string | null): void => {
    if (what !== null) watch.reads.add(what);
    if (watch.reading++ === watch.breakAt) throw new Error(PLANNED);
  };
  const answer = (role: string, of: Answer<string>): Answer<string> => ({
    get logits() {
      read(`${role}/logits`);
      return of.logits;
    },
    get encoding() {
      read(`${role}/encoding`);
      return of.encoding;
    },
    tap: (name) => {
      read(`${role}/tap/${name}`);
      return of.tap(name);
    },
    decode: (encoding) => {
      read(`${role}/decode`);
      return of.decode(encoding);
    },
  });
  const view = <V extends View<Wants>>(of: V): V =>
    new Proxy(of, {
      get: (target, key) => {
        if (key === "net")
          return new Proxy(target.net, {
            get: (nets, role) => {
              if (typeof role === "string" && role in nets) return answer(role, nets[role]!);
              throw noSuchNetwork(watch.who, String(role), Reflect.ownKeys(nets).map(String));
            },
          });
        if (key === "view") {
          const { view: other } = target as unknown as Step<Wants>;
          return (request: Parameters<typeof other>[0], k: number) => view(other(request, k));
        }
        if (typeof key === "string" && ["images", "labels", "valid", "labelled"].includes(key)) read(null);
        return Reflect.get(target, key) as unknown;
      },
    });
  return view(step);
}
