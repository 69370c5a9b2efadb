import type { CheckedMethod, Json, Net, NetworkSpec, Origin, Stage } from "../contract/index.js";

const originOf = (origin: Origin | undefined): Json => (origin ? { package: origin.package, files: origin.files } : null);
const specOf = (spec: Omit<NetworkSpec<string>, "build">): Json => ({
  name: spec.name,
  options: spec.options,
  origin: originOf(spec.origin),
  inputChannels: spec.inputChannels,
  classes: spec.classes,
});
const methodOf = (method: CheckedMethod): Json => ({ name: method.name, options: method.options, origin: originOf(method.origin) });

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
    data: { fingerprint: stage.data.fingerprint, batch: stage.data.batchSize, picture: { ...stage.data.picture } },
  };
}
