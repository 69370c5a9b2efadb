import type { Batches, Data } from "./data.js";
import type { Json, Origin } from "./json.js";
import type { Module, Scope } from "./module.js";
import type { NetworkSpec } from "./network.js";
import type { Result, Stage } from "./stage.js";
import type { Step, Wants } from "./step.js";
import type { Adversary, Collect, Gate, Observe, Term } from "./term.js";

/** A typed name under which one method offers something to others. */
export interface Service<out T> {
  readonly name: string;
  /** Of what it carries: raised when the type changes so that those who use it have to follow. 1 if left out. */
  readonly version?: number;
  readonly carries?: T;
}

/** Made by `offer(service, value)`, which checks the type. */
export interface Offer {
  readonly service: Service<unknown>;
  readonly value: unknown;
}

/** What is known of the pictures of a stage. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** What a method is told when it is built: shapes and services, nothing that runs. */
export interface Site<W extends Wants> {
  readonly scope: Scope;
  readonly picture: PictureShape;
  readonly net: { readonly [R in keyof W]: Omit<NetworkSpec<W[R]>, "build"> };
  readonly use: <T>(service: Service<T>) => T;
}

/** What a method brings to a stage. */
export interface Built<S> {
  /** Beside the trained networks, with the stage's optimiser. */
  readonly trains?: readonly Module[];
  readonly terms?: readonly Term<S>[];
  readonly adversaries?: readonly Adversary<S>[];
  readonly collect?: readonly Collect<S>[];
  readonly gates?: readonly Gate<S>[];
  readonly observes?: readonly Observe<S>[];
  readonly provides?: readonly Offer[];
}

/** What a method is told when it asks for stages: for each role a network that is trained before (a learning role: its `earlier`). */
export interface Plan<W extends Wants> {
  readonly net: Site<W>["net"];
  readonly trained: { readonly [R in keyof W]: Result<W[R]> };
  readonly data: Data;
  /** The validation data of the stage that asks, where it has some: what gates of stages of its own can be measured on. */
  readonly held?: Batches;
}

/** The plugin contract: a plain object from a factory, `graphFlow(options)`. */
export interface Method<Name extends string, W extends Wants> {
  readonly name: Name;
  /** The options it was made from, as data: part of the content hash of every stage that it takes part in. */
  readonly options: Json;
  readonly origin?: Origin;
  readonly wants: { readonly [R in keyof W]?: readonly W[R][] };
  readonly uses?: readonly Service<unknown>[];
  readonly provides?: readonly Service<unknown>[];
  /** Stages that it needs before its own; order follows from services and results. */
  readonly stages?: (plan: Plan<W>) => readonly Stage[];
  readonly build?: (site: Site<W>) => Built<Step<W>>;
}

/** A method whose networks were checked where its stage was written. */
export interface CheckedMethod extends Omit<Method<string, Wants>, "stages" | "build"> {
  readonly stages?: (plan: never) => readonly Stage[];
  readonly build?: (site: never) => Built<never>;
}
