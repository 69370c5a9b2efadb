import type { Batches, CheckedMethod, Json, Net, NetworkSpec, Origin, Stage, Validation } from "../contract/index.js";

const originOf = (origin: Origin | undefined): Json => (origin ? { package: origin.package, files: origin.files } : null);
const specOf = (spec: Omit<NetworkSpec<string>, "build">): Json => ({
  name: spec.name,
  options: spec.options,
  origin: originOf(spec.origin),
  inputChannels: spec.inputChannels,
  classes: spec.classes,
});
const methodOf = (method: CheckedMethod): Json => ({ name: method.name, options: method.options, origin: originOf(method.origin) });

const dataOf = ({ fingerprint, batchSize, picture }: Batches): Json => ({ fingerprint, batch: batchSize, picture: { ...picture } });
const validationOf = ({ describe, every = 1, choose }: Validation): Json => ({
  describe,
  every,
  choose: choose ? { ...choose } : null,
});

/**
 * All that decides what a stage learns, as data: its networks and what they start from, methods with options, optimiser, budget, data. Stages of
 * one identity (and seed, precision and code) end with the same weights, so they are trained once.
 */
export function identityOf(stage: Stage): Json {
  const resultOf = (of: { readonly stage: Stage; readonly role: string }): Json => ({ stage: identityOf(of.stage), role: of.role });
  const netOf = (net: Net<string>): Json => ({
    spec: specOf(net.spec),
    mode: net.mode,
    ...(net.mode === "frozen" && { of: resultOf(net.of) }),
    ...(net.mode === "given" && { weights: net.weights.fingerprint }),
    ...(net.mode === "trained" && { start: net.start, earlier: net.earlier ? resultOf(net.earlier) : null }),
  });
  return {
    name: stage.name,
    nets: Object.fromEntries(Object.entries(stage.nets).map(([role, net]) => [role, netOf(net)])),
    methods: stage.methods.map(methodOf),
    optimiser: stage.optimiser.describe,
    steps: stage.steps,
    data: dataOf(stage.data),
    // what is left out leaves no trace, so that a stage keeps its identity when the contract grows
    ...(stage.accumulate !== undefined && stage.accumulate !== 1 && { accumulate: stage.accumulate }),
    ...(stage.recompute === true && { recompute: true }),
    ...(stage.average !== undefined && { average: stage.average }),
    ...(stage.balance && { balance: stage.balance.describe }),
    ...(stage.nonFinite !== undefined && stage.nonFinite !== "stop" && { nonFinite: { ...stage.nonFinite } }),
    ...(stage.held && { held: dataOf(stage.held) }),
    ...(stage.validation && { validation: validationOf(stage.validation) }),
  };
}
