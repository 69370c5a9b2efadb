import type { CheckedMethod, Net, NetworkSpec, Plan, Result, Stage, Wants } from "../contract/index.js";
import { noEarlierResult, noProvider, otherVersion, sameStageName, stagesInCircle, twoProviders } from "../errors.js";
import { canonicalJson } from "../run-folder/canonical.js";
import { identityOf } from "./identity.js";

/** A stage with the names of the stages that must be done before it. */
export interface Ordered {
  readonly stage: Stage;
  readonly after: readonly string[];
}

/** The earlier result of a network that a stage trains. */
export function earlierOf(stage: Stage, net: Net<string> & { mode: "trained" }): Result<string> {
  if (!net.earlier) throw noEarlierResult(stage.name, net.spec.name);
  return net.earlier;
}

/** What a method may know of a stage's networks. */
export const specsOf = (stage: Stage): Readonly<Record<string, Omit<NetworkSpec<string>, "build">>> =>
  Object.fromEntries(Object.entries(stage.nets).map(([role, net]) => [role, net.spec]));

/** Every stage that the goals need, each once, in an order in which each finds done what it needs. */
export function inOrder(goals: readonly Stage[]): readonly Ordered[] {
  const all = new Map<string, Stage>();
  const after = new Map<string, Set<string>>();
  const gather = (stage: Stage): void => {
    const known = all.get(stage.name);
    if (known) {
      if (known !== stage && canonicalJson(identityOf(known)) !== canonicalJson(identityOf(stage))) throw sameStageName(stage.name);
      return; // asked for twice, trained once
    }
    all.set(stage.name, stage);
    const needs = new Map<string, Stage>();
    const need = (other: Stage): void => void needs.set(other.name, other);
    for (const net of Object.values(stage.nets)) {
      if (net.mode === "frozen") need(net.of.stage);
      else if (net.mode === "trained" && net.start === "earlier") need(earlierOf(stage, net).stage);
    }
    for (const method of stage.methods) for (const extra of stagesAskedBy(method, stage)) need(extra);
    after.set(stage.name, new Set(needs.keys()));
    for (const other of needs.values()) gather(other);
  };
  goals.forEach(gather);

  const providers = new Map<string, { readonly stage: string; readonly method: string; readonly version: number }>();
  for (const stage of all.values())
    for (const method of stage.methods)
      for (const { name, version = 1 } of method.provides ?? []) {
        const other = providers.get(name);
        if (other) throw twoProviders(name, other.stage, stage.name);
        providers.set(name, { stage: stage.name, method: method.name, version });
      }
  for (const stage of all.values())
    for (const method of stage.methods)
      for (const token of method.uses ?? []) {
        const [provider, { version = 1 }] = [providers.get(token.name), token];
        if (!provider) throw noProvider(method.name, stage.name, token.name, providers.keys());
        if (provider.version !== version) throw otherVersion(method.name, stage.name, token.name, version, provider);
        if (provider.stage !== stage.name) after.get(stage.name)!.add(provider.stage);
      }

  const order: Ordered[] = [];
  const path: string[] = [];
  const visit = (name: string): void => {
    if (order.some(({ stage }) => stage.name === name)) return;
    if (path.includes(name)) throw stagesInCircle([...path.slice(path.indexOf(name)), name]);
    path.push(name);
    const before = [...after.get(name)!];
    before.forEach(visit);
    path.pop();
    order.push({ stage: all.get(name)!, after: before });
  };
  for (const goal of goals) visit(goal.name);
  return order;
}

/** The stages that a method needs before its own. */
function stagesAskedBy(method: CheckedMethod, stage: Stage): readonly Stage[] {
  if (!method.stages) return [];
  const trained = Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(stage.nets).map(([role, net]) => [
        role,
        {
          enumerable: true,
          get: (): Result<string> =>
            net.mode === "frozen"
              ? net.of
              : net.mode === "given"
                ? { stage, role, spec: net.spec, weights: net.weights }
                : earlierOf(stage, net),
        },
      ]),
    ),
  ) as Plan<Wants>["trained"];
  const plan: Plan<Wants> = {
    data: stage.data,
    ...(stage.held && { held: stage.held }),
    net: specsOf(stage) as Plan<Wants>["net"],
    trained,
  };
  return (method.stages as (plan: Plan<Wants>) => readonly Stage[])(plan);
}
