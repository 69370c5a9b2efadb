import { dispose, stack, type Scalar, type Tensor } from "@tensorflow/tfjs-core";
import type { Batch, Module, Stage } from "./contract/index.js";
import { couplesImages, interrupted } from "./errors.js";
import { namedVariables } from "./keeping.js";
import { prepare, type Ready } from "./plan/prepare.js";
import { recorder, type Given } from "./recording.js";
import type { Outcome, Run, Trained } from "./run.js";
import { checkpointInterval, standing } from "./standing.js";
import { feed } from "./step/fed.js";
import { program, type Program } from "./step/program.js";
import { gatesOf, sweeps } from "./step/sweeps.js";
import { countOf, gradientOf, pick, shares, update, variablesOf } from "./step/update.js";
import { memoryStore } from "./store.js";

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
  const { stage, key, terms, adversaries, trained } = ready;
  const { store = memoryStore(), reduce = (local: readonly Tensor[]) => local, precision = "float32", eager = false, signal } = run;
  const { steps, data } = stage;
  for (const term of terms) if (term.couples && run.reduce) throw couplesImages(term.name);

  // 1. where it stands: done before, stopped before, or new
  const at = await standing(ready, modules, store);
  const { slots, position } = at;
  let { step: done, seconds } = position ?? { step: 0, seconds: 0 };
  store.tell(stage.name, { event: position?.done ? "reused" : position ? "resumed" : "started", step: done, steps });
  if (position?.done) return { stage: stage.name, key, steps, seconds, reused: true, gates: gatesOf(ready, position.counters) };
  const programs: Program[] = [];
  const programOf = (who: string, f: Parameters<typeof program>[1]): Program => {
    const made = program({ who, ready, modules, slots: [...slots.values()].flat(), eager, precision }, f);
    programs.push(made);
    return made;
  };

  // 2. the step: one tensor program
  const opponents = adversaries.map((adversary) => adversary.module);
  const students = variablesOf(trained);
  const step = programOf(stage.name, (now, fed, refuse) => {
    const images = fed.labelled.shape[0];
    // the gradient of the terms; opponents are frozen, their state too
    let raws: readonly Scalar[] = [];
    now.enter({ name: "student", recorded: true, trains: [...trained, ...opponents], moves: trained });
    const losses = () => terms.map((term) => ({ name: term.name, loss: term.loss(now.step(term.name)) }));
    const gradient = gradientOf(() => (raws = now.keep(shares(losses(), images, reduce))), fed.weights, students);
    refuse(trained);
    // the opponents, on the student's outputs from before its update
    const against = adversaries.map((adversary, i) => {
      const [mine, rounds] = [variablesOf([adversary.module]), adversary.steps ?? 1];
      let first: Tensor | undefined;
      for (let k = 0; k < rounds; k++) {
        const name = `${adversary.name}/${k}`;
        now.enter({ name, recorded: false, trains: [...trained, adversary.module], moves: [adversary.module] });
        let value: readonly Scalar[] = [];
        const loss = () => (value = now.keep(shares([{ name, loss: adversary.loss(now.step(name)) }], images, reduce)));
        const slope = gradientOf(loss, null, mine);
        const at = { rate: pick(fed.rates, 1 + i), count: countOf(fed.index, rounds, k) };
        const [global] = update(adversary.optimiser, slope, value, slots, at, reduce);
        first ??= global;
      }
      return first!;
    });
    // the update
    const values = update(stage.optimiser, gradient, raws, slots, { rate: pick(fed.rates, 0), count: countOf(fed.index, 1, 0) }, reduce);
    refuse([...trained, ...opponents]);
    return [stack([...values, ...against])];
  });

  try {
    // 3. the epochs: while a step runs the next batch is made; what a step gave is read when the next one is under way
    const [mean, record] = [sweeps(ready, run.seed, programOf), recorder(ready, store, precision)];
    let [saved, cost] = [performance.now(), 0];
    while (done < steps) {
      const [epoch, first] = [Math.floor(done / data.batchesPerEpoch), done % data.batchesPerEpoch];
      if (first === 0) for (const collect of ready.collect) if (collect.when === "epoch" || done === 0) await mean.collect(collect, epoch);
      const batches = data.epoch(epoch, run.seed, first)[Symbol.asyncIterator]();
      let [next, last]: [Promise<IteratorResult<Batch>>, Given | undefined] = [batches.next(), undefined];
      try {
        for (let batch = await next; !batch.done && done < steps; batch = await next) {
          const start = performance.now();
          const fed = feed(batch.value, { step: done, steps, epoch }, ready, run.seed);
          const running = step.run(fed);
          next = batches.next();
          next.catch(() => undefined); // told above, where it is awaited
          const [out] = await running;
          const ms = performance.now() - start;
          const previous: Given | undefined = last;
          last = { out: out!, step: done, epoch, fed, cases: batch.value.cases, ms };
          if (previous) await record(previous);
          done++;
          seconds += ms / 1000;
          const since = (performance.now() - saved) / 1000;
          if ((since < (run.checkpointSeconds ?? checkpointInterval(seconds, cost)) && !signal?.aborted) || done === steps) continue;
          await record(last);
          last = undefined;
          const before = performance.now();
          await at.save({ step: done, done: false, seconds, counters: {} });
          saved = performance.now();
          cost = (saved - before) / 1000;
          if (signal?.aborted) throw interrupted(stage.name, done, steps);
        }
        if (last) await record(last);
      } finally {
        last?.out.dispose(); // not read after a throw
        await batches.return?.();
      }
    }

    // 4. the gates, and the result; a gate that stops leaves what was trained
    if (ready.gates.length > 0) await at.save({ step: done, done: false, seconds, counters: {} });
    const gates = await mean.gates(({ name, ...found }) => store.tell(stage.name, { event: "gate", gate: name, ...found }));
    store.tell(stage.name, { event: "finished", step: done, steps });
    await at.save({ step: done, done: true, seconds, counters: Object.fromEntries(gates.map(({ name, value }) => [name, value])) });
    return { stage: stage.name, key, steps, seconds, reused: false, gates };
  } finally {
    for (const made of programs) made.dispose();
    at.dispose();
  }
}
