import type { Built, CheckedMethod, Method, Scope, Step, Wants } from "./contract/index.js";
import { sameMethodName } from "./errors.js";

type WantsOfOne<M> = M extends Method<string, infer W> ? W : never;
type Roles<W> = W extends unknown ? keyof W & string : never;
/** Every role that one of them wants, with all taps that are read of it. */
type WantsOfAll<W> = { readonly [R in Roles<W>]: W extends Readonly<Record<R, infer T extends string>> ? T : never };

/**
 * Several methods as one, to be weighed or switched as one. Terms, modules and gates are named `<method>/<name>` inside it,
 * so first values and noise are drawn under other names than alone: the same in law, not in number.
 *
 * @throws core/same-method-name
 *
 * @example weigh(rampUp({ epochs: 5 }), together("gkd", dcgd(), dicd()))
 */
export function together<const M extends string, const Methods extends readonly CheckedMethod[]>(
  name: M,
  ...methods: Methods
): Method<M, WantsOfAll<WantsOfOne<Methods[number]>>> {
  const all = methods as unknown as readonly Method<string, Wants>[];
  const twice = all.find((method, i) => all.findIndex((other) => other.name === method.name) !== i);
  if (twice) throw sameMethodName(name, twice.name);
  const wants: Record<string, readonly string[]> = {};
  for (const [role, taps] of all.flatMap((method) => Object.entries(method.wants)))
    wants[role] = [...new Set([...(wants[role] ?? []), ...(taps ?? [])])];
  const inside = (scope: Scope, prefix: string): Scope => ({ module: (own, build) => scope.module(`${prefix}/${own}`, build) });
  const whole: Method<M, Wants> = {
    name,
    options: all.map((method) => ({
      method: method.name,
      options: method.options,
      origin: method.origin ? { package: method.origin.package, files: method.origin.files } : null,
    })),
    wants: wants as never,
    uses: all.flatMap((method) => method.uses ?? []),
    provides: all.flatMap((method) => method.provides ?? []),
    stages: (plan) => all.flatMap((method) => method.stages?.(plan) ?? []),
    build: (site) => {
      const parts = all.map((method) => {
        const built: Built<Step<Wants>> = method.build?.({ ...site, scope: inside(site.scope, method.name) }) ?? {};
        const named = <T extends { readonly name: string }>(part: T): T => ({ ...part, name: `${method.name}/${part.name}` });
        return {
          ...built,
          terms: built.terms?.map(named),
          adversaries: built.adversaries?.map(named),
          gates: built.gates?.map(named),
          observes: built.observes?.map(named),
        };
      });
      const each = <K extends keyof Built<unknown>>(key: K): NonNullable<Built<Step<Wants>>[K]> =>
        parts.flatMap((part) => (part[key] ?? []) as readonly unknown[]) as unknown as NonNullable<Built<Step<Wants>>[K]>;
      return {
        trains: each("trains"),
        terms: each("terms"),
        adversaries: each("adversaries"),
        collect: each("collect"),
        gates: each("gates"),
        observes: each("observes"),
        provides: each("provides"),
      };
    },
  };
  return whole as unknown as Method<M, WantsOfAll<WantsOfOne<Methods[number]>>>;
}
