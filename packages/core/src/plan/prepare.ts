import type {
  Adversary,
  Balancer,
  Built,
  Collect,
  Gate,
  Json,
  Module,
  Network,
  NetworkSpec,
  Observe,
  Optimiser,
  PictureShape,
  Service,
  Site,
  Stage,
  Step,
  Term,
  Wants,
  Weights,
} from "../contract/index.js";
import {
  couplesImages,
  noSuchRole,
  noSuchTap,
  noSuchVariables,
  nothingToMinimise,
  nothingToTrain,
  sameMethodName,
  undeclaredUse,
  wrongInput,
  wrongOption,
} from "../errors.js";
import { namedVariables } from "../keeping.js";
import { beginsWith } from "../optimisers/groups.js";
import { contentKey } from "../run-folder/content.js";
import { scope } from "../scope.js";
import { identityOf } from "./identity.js";
import { earlierOf, inOrder, specsOf } from "./order.js";

type AnyStep = Step<Wants>;

/** A network of a stage, built. */
export interface ReadyNet {
  readonly network: Network<string>;
  readonly spec: NetworkSpec<string>;
  /** Whose values it starts from. */
  readonly start?: Network<string>;
  /** Values from a file. */
  readonly weights?: Weights;
}

/** A stage with its modules made and its methods built; terms are named "method/term". */
export interface Ready {
  readonly stage: Stage;
  /** Names of the stages that must be done before it. */
  readonly after: readonly string[];
  /** Content hash: stages of one key end with the same weights. */
  readonly key: string;
  readonly nets: Readonly<Record<string, ReadyNet>>;
  /** Modules that the stage's optimiser moves. */
  readonly trained: readonly Module[];
  readonly terms: readonly Term<AnyStep>[];
  readonly adversaries: readonly Adversary<AnyStep>[];
  readonly collect: readonly (Collect<AnyStep> & { readonly name: string })[];
  readonly gates: readonly Gate<AnyStep>[];
  readonly observes: readonly Observe<AnyStep>[];
  readonly balance: Balance | null;
}

/** A built balancer. */
export type Balance = ReturnType<Balancer["build"]>;

/** What decides beside a stage's own content. */
export interface Surroundings {
  readonly seed: number;
  readonly precision: string;
  /** Hashes of the code that takes part in every stage. */
  readonly code: Json;
}

/**
 * Everything that the goals need, built before the first step, so that every mistake in the wiring is an error at the start. `seed` null is for who trains
 * nothing: no first values are drawn.
 */
export function prepare(
  goals: readonly Stage[],
  surroundings: Surroundings,
  modules: Map<string, Module>,
  seed: number | null = surroundings.seed,
): readonly Ready[] {
  const networks = new Map<string, Network<string>>();
  const services = new Map<string, unknown>();
  const keys = new Map<string, string>();
  return inOrder(goals).map(({ stage, after }): Ready => {
    const nets = Object.fromEntries(
      Object.entries(stage.nets).map(([role, net]): [string, ReadyNet] => {
        const trainedBy = (of: { stage: Stage; role: string }): Network<string> => networks.get(`${of.stage.name}/${of.role}`)!;
        const first = net.mode === "trained" && net.start === "fresh" ? seed : null; // others are given their values
        const network =
          net.mode === "frozen" ? trainedBy(net.of) : net.spec.build(scope(`${stage.name}/${role}`, net.spec.name, first, modules));
        networks.set(`${stage.name}/${role}`, network);
        checkInput(stage, role, net.spec);
        return [
          role,
          {
            network,
            spec: net.spec,
            ...(net.mode === "trained" && net.start === "earlier" && { start: trainedBy(earlierOf(stage, net)) }),
            ...(net.mode === "given" && { weights: net.weights }),
          },
        ];
      }),
    );
    const trained: Module[] = Object.entries(stage.nets).flatMap(([role, net]) => (net.mode === "trained" ? [nets[role]!.network] : []));
    const twice = stage.methods.find(({ name }, i) => stage.methods.findIndex((other) => other.name === name) !== i);
    if (twice) throw sameMethodName(stage.name, twice.name);
    const parts = stage.methods.map((method) => {
      for (const [role, taps] of Object.entries(method.wants)) {
        if (!stage.nets[role]) throw noSuchRole(method.name, stage.name, role, Object.keys(stage.nets));
        const has = Object.keys(stage.nets[role].spec.taps);
        for (const tap of taps ?? []) if (!has.includes(tap)) throw noSuchTap(method.name, stage.name, role, tap, has);
      }
      const site: Site<Wants> = {
        scope: scope(`${stage.name}/${method.name}`, method.name, seed, modules),
        picture: stage.data.picture,
        net: specsOf(stage) as Site<Wants>["net"],
        use: <T>(token: Service<T>): T => {
          if (!method.uses?.some((used) => used.name === token.name)) throw undeclaredUse(method.name, token.name);
          return services.get(token.name) as T;
        },
      };
      const built = (method.build as ((site: Site<Wants>) => Built<AnyStep>) | undefined)?.(site) ?? {};
      for (const { service, value } of built.provides ?? []) services.set(service.name, value);
      const named = <T extends { readonly name: string }>(part: T): T => ({ ...part, name: `${method.name}/${part.name}` });
      trained.push(...(built.trains ?? []));
      return {
        terms: (built.terms ?? []).filter((term) => term.weight !== 0).map(named),
        adversaries: (built.adversaries ?? []).map(named),
        collect: (built.collect ?? []).map((collect, i) => ({ ...collect, name: `${method.name}/collect/${i}` })),
        gates: (built.gates ?? []).map(named),
        observes: (built.observes ?? []).map(named),
      };
    });
    const terms = parts.flatMap((part) => part.terms);
    const balance =
      stage.balance?.build({
        scope: scope(`${stage.name}/balance`, "balance", seed, modules),
        terms: terms.map(({ name }) => name),
      }) ?? null;
    trained.push(...(balance?.trains ?? []));
    const ready = {
      stage,
      after,
      nets,
      trained,
      balance,
      terms,
      adversaries: parts.flatMap((part) => part.adversaries),
      collect: parts.flatMap((part) => part.collect),
      gates: parts.flatMap((part) => part.gates),
      observes: parts.flatMap((part) => part.observes),
    };
    if (stage.steps > 0) {
      if (ready.terms.length === 0)
        throw nothingToMinimise(
          stage.name,
          stage.methods.map((method) => method.name),
        );
      if (trained.length === 0) throw nothingToTrain(stage.name);
      checkOptions(stage);
      if ((stage.accumulate ?? 1) > 1) refuseCoupled(terms);
      for (const { optimiser, module } of [
        ...ready.adversaries.map(({ optimiser, module }) => ({ optimiser, module: [module] })),
        { optimiser: stage.optimiser, module: trained },
      ])
        checkNames(stage.name, optimiser, module);
    }
    const key = contentKey({ contract: 1, ...surroundings, stage: identityOf(stage), after: after.map((name) => keys.get(name)!).sort() });
    keys.set(stage.name, key);
    return { ...ready, key };
  });
}

/** Where a batch is cut, no term may mix its images. */
export function refuseCoupled(terms: readonly Term<AnyStep>[]): void {
  for (const { name, couples } of terms) if (couples) throw couplesImages(name);
}

/** Options whose range no type can say. */
function checkOptions({ name, accumulate = 1, average = 0, nonFinite, held, validation }: Stage): void {
  const whole = (n: number, least: number): boolean => Number.isInteger(n) && n >= least;
  const refuse = (option: string, expected: string, found: unknown): never => {
    throw wrongOption(name, option, expected, found);
  };
  if (!whole(accumulate, 1)) refuse("accumulate", "a whole number from 1 on", accumulate);
  if (!(average >= 0 && average < 1)) refuse("average", "a number from 0 to below 1", average);
  if (typeof nonFinite === "object" && !whole(nonFinite.skip, 1)) refuse("nonFinite.skip", "a whole number from 1 on", nonFinite.skip);
  if (!validation) return;
  if (!held) refuse("held", "data that is not trained on, for its validation", undefined);
  const { every = 1, choose, measure } = validation;
  if (!whole(every, 1)) refuse("validation.every", "a whole number from 1 on", every);
  if (choose && !(choose.by in measure)) refuse("validation.choose.by", `one of ${Object.keys(measure).join(", ")}`, choose.by);
  if (choose?.patience !== undefined && !whole(choose.patience, 1))
    refuse("validation.choose.patience", "a whole number from 1 on", choose.patience);
}

/** What an optimiser treats apart is there. */
function checkNames(stage: string, { names = [] }: Optimiser, modules: readonly Module[]): void {
  const all = [...namedVariables(modules).keys()].map((name) => name.slice(stage.length + 1));
  for (const start of names)
    if (!all.some((name) => beginsWith(name, start)))
      throw noSuchVariables(stage, start, new Set(all.map((name) => name.split("/").slice(0, 2).join("/"))));
}

/** The data give what the network takes. */
function checkInput(stage: Stage, role: string, spec: NetworkSpec<string>): void {
  for (const { picture } of [stage.data, ...(stage.held ? [stage.held] : [])]) checkPicture(stage, role, spec, picture);
}
function checkPicture(stage: Stage, role: string, spec: NetworkSpec<string>, { height, width, channels, classes }: PictureShape): void {
  const refuse = (expected: string, found: string, remedy: string): never => {
    throw wrongInput(stage.name, role, expected, found, remedy);
  };
  if (channels !== spec.inputChannels)
    refuse(`${spec.inputChannels} channels`, `${channels}`, `Build the network with inputChannels: ${channels}.`);
  if (classes !== spec.classes) refuse(`${spec.classes} classes`, `${classes}`, `Build the network with classes: ${classes}.`);
  if (height % spec.multiple !== 0 || width % spec.multiple !== 0)
    refuse(`sizes that are multiples of ${spec.multiple}`, `${height}×${width}`, "Take patches of such a size.");
}
