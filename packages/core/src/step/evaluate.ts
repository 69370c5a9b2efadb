import { concat, dispose, engine, keep as keepTensor, slice, Tensor, tidy, type Tensor4D } from "@tensorflow/tfjs-core";
import { recompute } from "@segdistill/backend";
import { after } from "@segdistill/backend/ops";
import type { Answer, Encoding, Module, Network, Pass, Picture, Step, View, Views, Wants } from "../contract/index.js";
import { noSuchTap, noSuchView, readInsideGradient } from "../errors.js";
import type { Ready } from "../plan/prepare.js";
import { canonicalJson } from "../run-folder/canonical.js";
import type { Fed } from "./fed.js";
import { noises } from "./noise.js";
import { offTape } from "./off-tape.js";

/** A part of a step: who trains, and whose state may move, while it runs. */
export interface Phase {
  readonly name: string;
  /** The student's phase is recorded; opponents and sweeps see its outputs as constants. */
  readonly recorded: boolean;
  readonly trains: readonly Module[];
  readonly moves: readonly Module[];
  /** No state moves, a network's neither. */
  readonly still?: boolean;
  /** What networks have computed is not read before these are there: an order that keeps a phase's values from lying in memory beside those of the one before. */
  readonly after?: readonly Tensor[];
}
const sweep: Phase = { name: "sweep", recorded: false, trains: [], moves: [] };

/** One step, evaluated lazily: each network once per view (a frozen one once over all views of a request), frozen networks off the tape, everything exposed kept until `close`. */
export interface Evaluation {
  /** How many images it has. */
  readonly images: number;
  /** The step as one term or adversary sees it. */
  readonly step: (reader: string) => Step<Wants>;
  readonly keep: <T>(value: T) => T;
  readonly enter: (phase: Phase) => void;
  /** Nothing of this part is computed before these are. */
  readonly wait: (others: readonly Tensor[]) => void;
  /** The same part anew, with nothing computed yet and nothing recorded: for counts. */
  readonly again: () => Evaluation;
  readonly close: () => void;
}

const viewKey = ({ count, transforms }: Views): string =>
  canonicalJson({ count, transforms: transforms.map(({ name, options }) => ({ name, options })) });

/** A plain value with every tensor anywhere inside it changed. */
function mapTensors<T>(value: T, change: (t: Tensor) => Tensor): T {
  if (value instanceof Tensor) return change(value) as T;
  if (Array.isArray(value)) return value.map((one) => mapTensors(one as unknown, change)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTensors(one as unknown, change)])) as T;
}

/** Part `i` of `count` along the first axis, of all tensors anywhere inside a plain value. */
const partOf = <T>(whole: T, i: number, count: number): T =>
  mapTensors(whole, (t) => slice(t, (i * t.shape[0]) / count, t.shape[0] / count));

export function evaluate(ready: Ready, given: Fed): Evaluation {
  let fed = given;
  const kept: Tensor[] = [];
  const made = new Map<string, unknown>();
  const noise = noises(fed.seeds);
  let phase = sweep;

  const once = <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
  /** Keeps the tensors anywhere inside a plain value. */
  const keep = <T>(value: T): T =>
    mapTensors(value, (t) => {
      const copy = keepTensor(t.clone());
      kept.push(copy);
      return copy;
    });

  const networkPass = (network: Network<string>, statistics: Pass["statistics"], site: string): Pass => ({
    ...(phase !== sweep && ready.trained.includes(network) ? { mode: "train", statistics } : { mode: "inference", statistics: "still" }),
    noise: noise(site),
    ...(ready.stage.recompute && { recompute }),
  });

  /** A network's two passes over some pictures, each made when it is first read, once. */
  const passes = (role: string, network: Network<string>, view: string, images: () => Tensor4D) => {
    const key = `${role}/${view}`;
    const onTape = phase.recorded && ready.trained.includes(network);
    const run = <T extends object>(f: () => T): T => (onTape ? keep(f()) : offTape(() => keep(tidy(f as () => never) as T)));
    const pass = (): Pass => once(`${key}/pass`, () => networkPass(network, view === "anchor" && !phase.still ? "move" : "still", key));
    const encoded = () => once(`${key}/encode`, () => run(() => network.encode(images(), pass())));
    const decoded = () =>
      once(`${key}/decode`, () => {
        const encoding = encoded();
        return run(() => network.decode(encoding, pass()));
      });
    return { encoded, decoded };
  };
  /** The same of view `k` by a network that does not learn: in inference pictures do not touch, so all views of a request go through it at once. */
  const passesOfAll = (role: string, network: Network<string>, request: Views, k: number): ReturnType<typeof passes> => {
    const key = viewKey(request);
    const constants = <T>(name: string, f: () => T): T => once(name, () => offTape(() => keep(tidy(f as () => never) as T)));
    const images = (): Tensor4D =>
      constants(`${key}/all`, () => concat(Array.from({ length: request.count }, (_, i) => pictureOf(request, i + 1).images)));
    const all = passes(role, network, `${key}/all`, images);
    const part = <T>(name: string, whole: () => T): T =>
      constants(`${role}/${key}/${k}/${name}`, () => partOf(whole(), k - 1, request.count));
    return { encoded: () => part("encode", all.encoded), decoded: () => part("decode", all.decoded) };
  };

  const answer = (
    role: string,
    network: Network<string>,
    view: string,
    { encoded, decoded }: ReturnType<typeof passes>,
    reader: string,
    calls: { n: number },
  ): Answer<string> => {
    const onTape = phase.recorded && ready.trained.includes(network);
    if (onTape && (engine() as unknown as { state: { kernelDepth: number } }).state.kernelDepth > 0) throw readInsideGradient(reader, role);
    /** What is read, not before what the phase comes after. */
    const inTurn = <T>(what: string, value: T): T => {
      const { name, after: others } = phase;
      if (!others) return value;
      return once(`${name}/${role}/${view}/${what}`, () =>
        offTape(() => keep(tidy((() => mapTensors(value, (t) => after(t, others))) as () => never) as T)),
      );
    };
    return {
      get encoding() {
        return inTurn("encoding", encoded());
      },
      get logits() {
        return inTurn("logits", decoded().logits);
      },
      tap: (name) => {
        const found = encoded().taps[name] ?? decoded().taps[name];
        if (!found) throw noSuchTap(reader, ready.stage.name, role, name, Object.keys(ready.nets[role]!.spec.taps));
        return inTurn(`tap ${name}`, found);
      },
      decode: (encoding: Encoding) =>
        network.decode(encoding, networkPass(network, "still", `${reader}/${role}/${view}/decode/${calls.n++}`)).logits,
    };
  };

  const pictureOf = (request: Views, k: number): Picture => {
    const key = viewKey(request);
    return once(`${key}/${k}`, () =>
      offTape(() => {
        const changed = tidy((() =>
          request.transforms.reduce<Picture>(
            (picture, transform, i) => transform.apply(picture, noise(`view/${key}/${k}/${i}/${transform.name}`)),
            { images: fed.images, labels: fed.labels, valid: fed.valid },
          )) as () => never) as Picture;
        // what no transform touched stays the same tensor, so that who reads it can see that it is
        const unlessSame = <T extends Tensor>(now: T, before: T): T => (now === before ? before : keep(now));
        return {
          images: keep(changed.images),
          labels: unlessSame(changed.labels, fed.labels),
          valid: unlessSame(changed.valid, fed.valid),
        };
      }),
    );
  };

  const step = (reader: string): Step<Wants> => {
    const calls = { n: 0 };
    const method = reader.slice(0, reader.lastIndexOf("/"));
    const view = (name: string, at: () => Picture, of?: { readonly request: Views; readonly k: number }): View<Wants> => ({
      get images() {
        return at().images;
      },
      get labels() {
        return at().labels;
      },
      get valid() {
        return at().valid;
      },
      net: Object.defineProperties(
        {},
        Object.fromEntries(
          Object.entries(ready.nets).map(([role, { network }]) => {
            const atOnce = of && of.request.count > 1 && !ready.trained.includes(network);
            const made = () => (atOnce ? passesOfAll(role, network, of.request, of.k) : passes(role, network, name, () => at().images));
            return [role, { get: () => answer(role, network, name, made(), reader, calls) }];
          }),
        ),
      ) as View<Wants>["net"],
    });
    const anchor = view("anchor", () => fed); // read late: a part may have to wait
    const own: Omit<Step<Wants>, keyof View<Wants>> = {
      labelled: fed.labelled,
      index: fed.index,
      noise: noise(reader),
      once: (name, make) =>
        once(`${phase.name}/${method}/${name}`, () =>
          phase.recorded ? keep(make()) : keep(tidy(make as () => never) as ReturnType<typeof make>),
        ),
      view: (request, k) => {
        if (k < 0 || k > request.count) throw noSuchView(reader, k, request.count);
        return k === 0 ? anchor : view(`${viewKey(request)}/${k}`, () => pictureOf(request, k), { request, k });
      },
      pass: (module, statistics) => {
        const mode = phase.trains.includes(module) ? "train" : "inference";
        return phase.moves.includes(module) && !statistics
          ? once(
              `${phase.name}/${module.name}/pass`,
              (): Pass => ({ mode, statistics: "move", noise: noise(`${phase.name}/${module.name}`) }),
            )
          : { mode, statistics: "still", noise: noise(`${reader}/${phase.name}/${module.name}/${calls.n++}`) };
      },
    };
    return Object.defineProperties(own, Object.getOwnPropertyDescriptors(anchor)) as Step<Wants>;
  };

  return {
    images: given.images.shape[0],
    step,
    keep,
    enter: (next) => {
      phase = next;
    },
    wait: (others) => {
      fed = { ...fed, images: offTape(() => keep(tidy(() => after(fed.images, others)))) };
    },
    again: () => evaluate(ready, given),
    close: () => dispose(kept),
  };
}

/** The pass with which the core itself writes a collected mean. */
export const writing = (): Pass => ({
  mode: "inference",
  statistics: "move",
  noise: { uniform: () => unused(), normal: () => unused() },
});
const unused = (): never => {
  throw new Error("internal: noise was drawn while a collected mean was written.");
};
