import { dispose } from "@tensorflow/tfjs-core";
import { onGpu } from "@segdistill/backend";
import type { Batch, Module, Stage } from "./contract/index.js";
import { whereNotFinite } from "./diagnosis.js";
import { haltAt, shortEpoch, wasHalted } from "./errors.js";
import { namedVariables } from "./keeping.js";
import { memoryGuard } from "./memory.js";
import { prepare, refuseCoupled, type Ready } from "./plan/prepare.js";
import { packed, recorder } from "./recording.js";
import { outcomeOf, type Outcome, type Run, type Trained } from "./run.js";
import { checkpointInterval, standing } from "./standing.js";
import type { Evaluation, Phase } from "./step/evaluate.js";
import { atStep, feed } from "./step/fed.js";
import { inspection } from "./step/inspection.js";
import { programs, type Body, type Program } from "./step/program.js";
import { alone, balanced, pick, slope, summed } from "./step/slope.js";
import { sweeps } from "./step/sweeps.js";
import { variablesOf } from "./step/slots.js";
import { countOf, moveAverages, update } from "./step/update.js";
import { memoryStore } from "./store.js";
import { trainedOf } from "./trained.js";
import { watching } from "./validation.js";

/** Trains every stage that the goals need, in order; stages that are done are not trained again. */
export async function train(goals: readonly Stage[], run: Run): Promise<Trained> {
  const modules = new Map<string, Module>();
  const outcomes: Outcome[] = [];
  const free = (): void => dispose([...namedVariables([...modules.values()]).values()]);
  try {
    const { seed, precision = "float32", code = null } = run;
    const all = prepare(goals, { seed, precision, code }, modules);
    if (run.reduce) all.forEach(({ terms }) => refuseCoupled(terms));
    for (const ready of all) outcomes.push(await trainStage(ready, modules, run));
    return trainedOf(all, outcomes, modules, run, free);
  } catch (failure) {
    free();
    throw failure;
  }
}

async function trainStage(ready: Ready, modules: ReadonlyMap<string, Module>, run: Run): Promise<Outcome> {
  const { stage, terms, adversaries, trained, balance } = ready;
  const { store = memoryStore(), precision = "float32", eager = false, check = false, signal } = run;
  const { steps, data } = stage;

  // 1. where it stands: done before, stopped before, or new
  const at = await standing(ready, modules, store);
  const before = at.position ?? { step: 0, seconds: 0, counters: {} };
  let done = before.step;
  store.tell(stage.name, { event: at.position?.done ? "reused" : at.position ? "resumed" : "started", step: done, steps });
  if (at.position?.done) return outcomeOf(ready, done, before.seconds, true, before.counters);
  const made = programs({ ready, modules, moved: at.moved, eager, check, reduce: run.reduce ?? alone, precision });

  // 2. the step: one tensor program
  const opponents = adversaries.map((adversary) => adversary.module);
  const body: Body = (parts, fed, refuse, reduce) => {
    const enter = (phase: Phase, later = phase): void => parts.forEach((part, i) => part.enter(i === 0 ? phase : later));
    // the gradient of the terms; opponents are frozen, their state too
    enter({ name: "student", recorded: true, trains: [...trained, ...opponents], moves: trained });
    const losses = (part: Evaluation) => terms.map((term) => ({ name: term.name, loss: term.loss(part.step(term.name)) }));
    const factors = balance?.factors();
    const mine = slope(parts, { losses, total: balanced(balance, fed.weights), by: variablesOf(trained) }, reduce);
    refuse(trained);
    // the opponents, on the student's outputs from before its update; their maps do not lie beside those of the student's way back
    const first = [...mine.gradient.values()];
    const against = adversaries.map(({ name, module, optimiser, loss, steps: rounds = 1 }, i) => {
      const all = Array.from({ length: rounds }, (_, k) => {
        const phase = { name: `${name}/${k}`, recorded: false, trains: [...trained, module], moves: [module], after: first };
        enter(phase, { ...phase, moves: [] }); // its state moves once a round, however many parts there are
        const losses = (part: Evaluation) => [{ name: phase.name, loss: loss(part.step(phase.name)) }];
        const theirs = slope(parts, { losses, total: summed, by: variablesOf([module]) }, reduce);
        return update(optimiser, theirs, { ...at, rate: pick(fed.rates, 1 + i), count: countOf(fed.updates, rounds, k) }, reduce);
      });
      return { values: all[0]!.values, gradient: summed(all.map(({ gradient }) => gradient)) };
    });
    // the update
    const moved = update(stage.optimiser, mine, { ...at, rate: pick(fed.rates, 0), count: countOf(fed.updates, 1, 0) }, reduce);
    if (at.averages) moveAverages(at.averages, fed.updates);
    refuse([...trained, ...opponents]);
    return [packed([moved, ...against], factors)];
  };
  const parts = stage.accumulate ?? 1;
  const step = made.of(stage.name, body, { parts, ...memoryGuard(ready, precision, run.memoryBytes) });

  const halt = (): void => haltAt(signal, stage.name, done, steps);
  const mean = sweeps(ready, run.seed, made.of, halt);
  const watch = watching(ready, at, mean, store);
  const fedWith = (batch: Batch, step: number) => feed(batch, atStep(stage, step, step - record.skipped()), ready, run.seed);
  const opByOp = (): Program => made.of(stage.name, body, { parts, eager: true, reduce: alone });
  const record = recorder({
    ready,
    store,
    precision,
    moved: typeof stage.nonFinite === "object" ? at.moved : at.own,
    before,
    behind: run.behind ?? onGpu(),
    diagnose: ({ batch, step }) => whereNotFinite(ready, modules, batch, () => fedWith(batch, step), opByOp().run),
  });
  type Gates = Readonly<Record<string, number>>;
  const counters = (gates?: Gates): Gates => ({ ...watch.counters(), ...gates, ...record.counters() });
  const save = (ended: boolean, gates?: Gates): Promise<void> =>
    at.save({ step: done, done: ended, seconds: record.seconds(), counters: counters(gates) });
  const inspect = run.inspect && inspection(ready, made.of, store);
  try {
    // 3. the epochs: while a step runs the next batch is made; on a GPU what a step gave is read when the next one is under way
    let [saved, cost] = [performance.now(), 0];
    while (!(await watch.ended(done))) {
      const [epoch, first] = [Math.floor(done / data.batchesPerEpoch), done % data.batchesPerEpoch];
      if (first === 0) for (const collect of ready.collect) if (collect.when === "epoch" || done === 0) await mean.collect(collect, epoch);
      const batches = data.epoch(epoch, run.seed, first)[Symbol.asyncIterator]();
      let next = batches.next();
      try {
        for (let batch = await next; !batch.done && done < steps; batch = await next) {
          if (inspect && done % data.batchesPerEpoch === 0) await inspect(fedWith(batch.value, done), done);
          const start = performance.now();
          const fed = fedWith(batch.value, done);
          record.before();
          const running = step.run(fed);
          next = batches.next();
          next.catch(() => undefined); // told above, where it is awaited
          const [out] = await running;
          const ms = performance.now() - start;
          await record.after({ out: out!, step: done, epoch, fed, batch: batch.value, ms });
          done++;
          if (done < steps) halt();
          const since = (performance.now() - saved) / 1000;
          if (since < (run.checkpointSeconds ?? checkpointInterval(record.seconds(), cost)) || done === steps) continue;
          await record.flush();
          const begun = performance.now();
          await save(false);
          saved = performance.now();
          cost = (saved - begun) / 1000;
        }
        await record.flush();
        const found = done - epoch * data.batchesPerEpoch;
        if (done < steps && found < data.batchesPerEpoch) throw shortEpoch(stage.name, epoch, found, data.batchesPerEpoch);
      } finally {
        await batches.return?.();
      }
    }

    // 4. the result, and the gates; a gate that stops leaves what was trained
    if (ready.gates.length > 0) await save(false);
    at.settle();
    const gates = await mean.gates(({ name, ...found }) => store.tell(stage.name, { event: "gate", gate: name, ...found }));
    store.tell(stage.name, { event: "finished", step: done, steps });
    const values = Object.fromEntries(gates.flatMap(({ name, value }) => (Number.isFinite(value) ? [[name, value]] : [])));
    await save(true, values);
    return outcomeOf(ready, done, record.seconds(), false, counters(values));
  } catch (failure) {
    if (wasHalted(failure)) await record.flush().then(() => save(false));
    throw failure;
  } finally {
    record.dispose();
    made.dispose();
    at.dispose();
  }
}
