import type { Method, Net, Nets, NetworkSpec, Result, Stage, WantsOf, Weights } from "./contract/index.js";

/** A stage; its methods are checked against its networks' taps by the compiler. Methods that are false, null or undefined are left out. */
export const stage = <const N extends Nets, M extends string>(
  options: Omit<Stage, "nets" | "methods"> & {
    readonly nets: N;
    readonly methods: readonly (Method<M, NoInfer<WantsOf<N>>> | false | null | undefined)[];
  },
): Stage<N, M> => ({ ...options, methods: options.methods.filter((method) => !!method) });

/** The network that a stage trained under a role. */
export const from = <N extends Nets, R extends keyof N & string>(of: Stage<N>, role: R): Result<keyof N[R]["spec"]["taps"] & string> => ({
  stage: of as unknown as Stage,
  role,
  spec: of.nets[role]!.spec as unknown as NetworkSpec<keyof N[R]["spec"]["taps"] & string>,
});

/** A network that the stage trains; `earlier` is the same network trained before (the baseline), for methods that need one and for `start`. */
export const learns = <T extends string>(
  spec: NetworkSpec<T>,
  more: { readonly earlier?: Result<NoInfer<T>>; readonly start?: "fresh" | "earlier" } = {},
): Net<T> => ({
  mode: "trained",
  spec,
  start: more.start ?? "fresh",
  ...(more.earlier && { earlier: more.earlier }),
});

/** A network as an earlier stage left it, or with the weights that it was given. */
export const frozen = <T extends string>(of: Result<T>): Net<T> =>
  of.weights ? given(of.spec, of.weights) : { mode: "frozen", spec: of.spec, of };

/** A network with weights from elsewhere, frozen: a teacher of one's own. */
export const given = <T extends string>(spec: NetworkSpec<T>, weights: Weights): Net<T> => ({ mode: "given", spec, weights });
