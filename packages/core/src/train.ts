import { dispose, stack, type Tensor } from "@tensorflow/tfjs-core";
import type { Precision } from "@segdistill/backend";
import type { Batch, Json, Module, Network, Stage } from "./contract/index.js";
import { couplesImages, gateFailed, interrupted, notFinite } from "./errors.js";
import { assignValues, copyModule, namedVariables, valuesOf, withSlots } from "./keeping.js";
import { prepare, type Ready } from "./plan/prepare.js";
import { feed } from "./step/fed.js";
import { program, type Program } from "./step/program.js";
import { sweeps } from "./step/sweeps.js";
import { countOf, gradientOf, newSlots, pick, shares, update, variablesOf, type Reduce } from "./step/update.js";
import { memoryStore, type Position, type Store } from "./store.js";

/** What a run is given beside its stages. */
export interface Run {
  readonly seed: number;
  readonly store?: Store;
  readonly precision?: Precision;
  /** Op by op instead of compiled. */
  readonly eager?: boolean;
  /** Hashes of the code that takes part: a stage done with other code is trained again. */
  readonly code?: Json;
  /** Seconds between two checkpoints of a stage; 60. */
  readonly checkpointSeconds?: number;
  /** Ends the run with a checkpoint, within a step. */
  readonly signal?: AbortSignal;
  readonly reduce?: Reduce;
}

/** What became of a stage. */
export interface Outcome {
  readonly stage: string;
  readonly key: string;
  readonly steps: number;
  readonly seconds: number;
  readonly reused: boolean;
  readonly gates: readonly { readonly name: string; readonly value: number; readonly passed: boolean }[];
}

/** Trained networks; they live until `dispose`. */
export interface Trained {
  readonly stages: readonly Outcome[];
  readonly network: (stage: Stage, role: string) => Network<string>;
  readonly dispose: () => void;
}

/** Trains every stage that the goals need, in order; stages that are done are not trained again. */
export async function train(goals: readonly Stage[], run: Run): Promise<Trained> {
  const modules = new Map<string, Module>();
  const outcomes: Outcome[] = [];
  const free = (): void => dispose([...namedVariables([...modules.values()]).values()]);
  try {
    const { seed, precision = "float32", code = null } = run;
    const all = prepare(goals, { seed, precision, code }, modules);
    for (const ready of all) outcomes.push(await trainStage(ready, modules, run));
    const networks = new Map(
      all.flatMap(({ stage, nets }) => Object.entries(nets).map(([role, net]) => [`${stage.name}/${role}`, net.network] as const)),
    );
    return { stages: outcomes, network: (stage, role) => networks.get(`${stage.name}/${role}`)!, dispose: free };
  } catch (failure) {
    free();
    throw failure;
  }
}

async function trainStage(ready: Ready, modules: ReadonlyMap<string, Module>, run: Run): Promise<Outcome> {
  const { stage, key, terms, adversaries, trained, nets } = ready;
  const { store = memoryStore(), reduce = (local: readonly Tensor[]) => local, precision = "float32", eager = false, signal } = run;
  const { steps, data } = stage;
  for (const term of terms) if (term.couples && run.reduce) throw couplesImages(term.name);
  const own = namedVariables([...modules.values()].filter((module) => `${module.name}/`.startsWith(`${stage.name}/`)));

  // 1. where it stands: done before, stopped before, or new
  const found = await store.load(stage.name, key);
  if (found?.position.done) {
    assignValues(stage.name, own, found.tensors);
    store.tell(stage.name, { event: "reused", step: steps, steps });
    const gates = Object.entries(found.position.counters).map(([name, value]) => ({
      name,
      value,
      passed: ready.gates.find((g) => g.name === name)?.accept(value) ?? true,
    }));
    return { stage: stage.name, key, steps, seconds: found.position.seconds, reused: true, gates };
  }
  const slots = newSlots(ready);
  const everything = withSlots(own, slots);
  const programs: Program[] = [];
  const programOf = (who: string, f: Parameters<typeof program>[1]): Program => {
    const made = program({ who, ready, modules, slots: [...slots.values()].flat(), eager, precision }, f);
    programs.push(made);
    return made;
  };
  for (const { network, start, weights } of Object.values(nets)) {
    if (start) copyModule(start, network);
    if (weights)
      assignValues(
        network.name,
        namedVariables([network]),
        new Map([...weights.read()].map(([name, v]) => [`${network.name}/${name}`, v])),
      );
  }
  if (found) assignValues(stage.name, everything, found.tensors);
  let done = found?.position.step ?? 0;
  let seconds = found?.position.seconds ?? 0;
  store.tell(stage.name, { event: found ? "resumed" : "started", step: done, steps });

  // 2. the step: one tensor program
  const opponents = adversaries.map((adversary) => adversary.module);
  const students = variablesOf(trained);
  const step = programOf(stage.name, (now, fed, refuse) => {
    const images = fed.labelled.shape[0];
    // the gradient of the terms; opponents are frozen, their state too
    let raws: readonly Tensor[] = [];
    now.enter({ name: "student", recorded: true, trains: [...trained, ...opponents], moves: trained });
    const gradient = gradientOf(
      () => {
        const values = shares(
          terms.map((term) => ({ name: term.name, loss: term.loss(now.step(term.name)) })),
          images,
          reduce,
        );
        raws = now.keep(values);
        return values;
      },
      fed.weights,
      students,
    );
    refuse(trained);
    // the opponents, on the student's outputs from before its update
    const against = adversaries.map((adversary, i) => {
      const [mine, n] = [variablesOf([adversary.module]), adversary.steps ?? 1];
      let value: readonly Tensor[] = [];
      for (let k = 0; k < n; k++) {
        const name = `${adversary.name}/${k}`;
        now.enter({ name, recorded: false, trains: [...trained, adversary.module], moves: [adversary.module] });
        let raw: readonly Tensor[] = [];
        const g = gradientOf(
          () => (raw = now.keep(shares([{ name: adversary.name, loss: adversary.loss(now.step(name)) }], images, reduce))) as [never],
          null,
          mine,
        );
        value = update(adversary.optimiser, g, raw, slots, { rate: pick(fed.rates, 1 + i), count: countOf(fed.index, n, k) }, reduce);
      }
      return value[0]!;
    });
    // the update
    const values = update(stage.optimiser, gradient, raws, slots, { rate: pick(fed.rates, 0), count: countOf(fed.index, 1, 0) }, reduce);
    refuse([...trained, ...opponents]);
    return [stack([...values, ...against])];
  });
  const parts = [...terms, ...adversaries].map((part) => part.name);

  const save = async (isDone: boolean, counters: Position["counters"] = {}): Promise<void> => {
    const at = { step: done, steps, epoch: Math.floor(done / data.batchesPerEpoch), batch: done % data.batchesPerEpoch };
    await store.save(stage.name, key, { ...at, done: isDone, seconds, counters }, valuesOf(isDone ? own : everything));
  };
  /** Reads what a step gave and records it; a number that is not finite ends the stage before anything of it is saved. */
  const record = async (given: Given): Promise<void> => {
    const raws = await given.out.data();
    given.out.dispose();
    const terms = Object.fromEntries(parts.map((name, i) => [name, { raw: raws[i]!, weight: given.weights[i]! }]));
    for (const [name, { raw }] of Object.entries(terms))
      if (!Number.isFinite(raw)) throw notFinite(name, stage.name, given.step, raw, given.cases, precision);
    store.step(stage.name, { step: given.step, steps, epoch: given.epoch, terms, rate: given.rate, ms: given.ms });
  };

  try {
    // 3. the epochs: while one step runs, the next batch is made; what a step gave is read when the next one is under way
    const mean = sweeps(ready, run.seed, programOf);
    let saved = performance.now();
    while (done < steps) {
      const epoch = Math.floor(done / data.batchesPerEpoch);
      const first = done % data.batchesPerEpoch;
      if (first === 0) for (const c of ready.collect) if (c.when === "epoch" || done === 0) await mean.collect(c, epoch);
      const batches = data.epoch(epoch, run.seed, first)[Symbol.asyncIterator]();
      let last: Given | undefined;
      for (let next = batches.next(); done < steps; ) {
        const { value: batch, done: ended } = (await next) as IteratorResult<Batch, undefined>;
        if (ended) break;
        const before = performance.now();
        const fed = feed(batch, { step: done, steps, epoch }, ready, run.seed);
        const running = step.run(fed);
        next = batches.next();
        next.catch(() => undefined); // told where it is awaited
        const [out] = await running;
        if (last) await record(last);
        const ms = performance.now() - before;
        last = { out: out!, step: done, epoch, weights: fed.weights, rate: fed.rate, cases: batch.cases, ms };
        seconds += ms / 1000;
        done++;
        const due = performance.now() - saved > 1000 * (run.checkpointSeconds ?? 60);
        if ((due || signal?.aborted) && done < steps) {
          await record(last);
          last = undefined;
          await save(false);
          saved = performance.now();
          if (signal?.aborted) throw interrupted(stage.name, done, steps);
        }
      }
      if (last) await record(last);
      await batches.return?.();
    }

    // 4. the gates, and the result
    const gates: Outcome["gates"][number][] = [];
    for (const gate of ready.gates) {
      const value = await mean.gate(gate);
      const passed = gate.accept(value);
      gates.push({ name: gate.name, value, passed });
      store.tell(stage.name, { event: "gate", gate: gate.name, value, passed });
      if (!passed && gate.otherwise === "stop") throw gateFailed(gate.name, stage.name, value);
    }
    await save(true, Object.fromEntries(gates.map(({ name, value }) => [name, value])));
    store.tell(stage.name, { event: "finished", step: done, steps });
    return { stage: stage.name, key, steps, seconds, reused: false, gates };
  } finally {
    for (const made of programs) made.dispose();
    dispose([...slots.values()].flat());
  }
}

/** One step's results, not read yet. */
interface Given {
  readonly out: Tensor;
  readonly step: number;
  readonly epoch: number;
  readonly weights: readonly number[];
  readonly rate: number;
  readonly cases: readonly string[];
  readonly ms: number;
}
