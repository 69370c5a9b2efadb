import type { CheckedMethod, NetworkSpec, Offered, PictureShape } from "../../contract/index.js";
import type { Store } from "../../store.js";
import type { Seen } from "./trial.js";
import { leastCommon, tinyNetwork } from "../tiny-network.js";

/** What a method is tested with, where the kit cannot know. */
export interface MethodConformance {
  /** Networks by role, for methods that ask for more than taps. Best without batch norm and dropout, which make images of a batch touch. */
  readonly networks?: Readonly<Record<string, NetworkSpec<string>>>;
  /** Channels of taps by role, for the kit's own networks: `{ student: { "encoder/4": 24 } }`. 4 for roles that learn and 6 for others, if left out. */
  readonly channels?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Channels of the kit's networks' bottleneck, at stride 4. 5 for roles that learn and 7 for others, if left out. */
  readonly bottleneck?: Readonly<Record<string, number>>;
  /** Height and width of the pictures at least, for methods that refuse smaller ones. 8 and 12, or what the networks ask, if left out. */
  readonly least?: number;
  /** What height and width of the pictures are multiples of, for methods that ask for it themselves. 4, or what the networks ask, if left out. */
  readonly multiple?: number;
  /** Classes of the pictures. 3 */
  readonly classes?: number;
  /** Roles that learn; all others are frozen. ["student"] */
  readonly learns?: readonly string[];
  /** Methods beside it: those that provide the services it uses. */
  readonly beside?: () => readonly CheckedMethod[];
  /** What the package offers to configurations under this method's name: its options must make the same method again. */
  readonly offered?: Offered<CheckedMethod>;
  /** Terms that stop part of their gradient on purpose: a small step must lower them, but not by as much as the gradient says. */
  readonly detached?: readonly string[];
  /** Terms that read labels where there are some and something else where there are none: how they count unlabelled images is their own affair. */
  readonly mixed?: readonly string[];
  /** Why it cannot be held against tfjs's `cpu` backend, such as an operator that is wrong there: a skipped test says so. */
  readonly oneBackend?: string;
}

/** A method under test. */
export interface MethodSubject {
  readonly name: string;
  readonly make: () => CheckedMethod;
  readonly learns: readonly string[];
  readonly beside: () => readonly CheckedMethod[];
  readonly options: MethodConformance;
  /** What was seen of every trial so far, for a trial that is asked for again. */
  readonly seen: Map<string, Seen>;
  /** What stages before the one under test came to, by how they were run: trials alike take it over. */
  readonly earlier: Map<string, Store>;
}

/** Roles and taps that are read, all methods of the stage together. */
export function wantsOf(methods: readonly CheckedMethod[]): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  for (const [role, taps] of methods.flatMap(({ wants }) => Object.entries(wants)))
    out.set(role, [...new Set([...(out.get(role) ?? []), ...(taps ?? [])])]);
  return out;
}

/** A network for every role that is wanted; a student too, where a companion needs one. */
export function specsFor(subject: MethodSubject, method: CheckedMethod, withStudent: boolean): ReadonlyMap<string, NetworkSpec<string>> {
  const { networks = {}, channels = {}, bottleneck = {}, classes = 3 } = subject.options;
  const wants = new Map(wantsOf([...subject.beside(), method]));
  if (withStudent && !wants.has("student")) wants.set("student", []);
  return new Map(
    [...wants].map(([role, taps]) => {
      const learns = subject.learns.includes(role);
      const given = networks[role];
      if (given) return [role, given];
      const spec = tinyNetwork({
        name: `tiny-${role}`,
        inputChannels: 1,
        classes,
        taps: Object.fromEntries(taps.map((tap) => [tap, channels[role]?.[tap] ?? (learns ? 4 : 6)])),
        bottleneck: { stride: 4, channels: bottleneck[role] ?? (learns ? 5 : 7) },
      });
      return [role, spec];
    }),
  );
}

/** Pictures that the method and all networks take: not square, and as small as can be. */
export function pictureOf(specs: ReadonlyMap<string, NetworkSpec<string>>, options: MethodConformance): PictureShape {
  const [first] = specs.values();
  const { least = 0, classes = 3 } = options;
  const multiple = [...specs.values()].reduce((all, spec) => leastCommon(all, spec.multiple), options.multiple ?? 4);
  const height = Math.max(2, Math.ceil(least / multiple)) * multiple;
  return { height, width: height + multiple, channels: first?.inputChannels ?? 1, classes: first?.classes ?? classes };
}
