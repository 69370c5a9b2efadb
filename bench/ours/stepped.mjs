import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, sgd, stage, train } from "@segdistill/core";
import { supervised } from "@segdistill/plugin-kd";
import { watched } from "../clock.mjs";
import { noise } from "../pictures.mjs";
import { networkOf } from "./networks.mjs";
import { pace } from "./pace.mjs";

const sizeOf = ({ variables }) => Object.values(variables).reduce((sum, { size }) => sum + size, 0);

/**
 * Trains some steps of one stage by the real loop and gives their times: of the student's, with an untrained frozen teacher where there is one, or of the `stage` that a method trains before it.
 * Other stages are built and not trained. With `baseline` the student starts from one that an earlier stage holds.
 */
export async function stepped(
  { network, teacher, precision, eager = false, batch, size, baseline, stage: measured = "student", ...asked },
  methods,
) {
  const spec = networkOf(network);
  await startEngine();
  const paced = pace(asked);
  const enough = new AbortController();
  const steps = asked.warmUp + asked.steps + 1; // it is stopped before
  const optimiser = adam({ rate: watched(1e-3, paced.begins) });
  let [found, beside] = [undefined, 0];
  const step = (name, { ms }) => {
    if (name !== measured || !paced.last(ms)) return;
    found = paced.found();
    enough.abort();
  };
  // nothing is kept: a run's folder is on disk, and copies in memory would count as the step's
  const store = { ...memoryStore(), step, save: () => Promise.resolve() };
  // neither is a moment of what is not trained
  const idle = { steps: 0, optimiser: sgd({ rate: 1e-3 }) };
  const counted = (method) => ({
    ...method,
    build: (site) => {
      const built = method.build?.(site) ?? {};
      const parts = [...(built.trains ?? []), ...(built.adversaries ?? []).map(({ module }) => module)];
      beside += parts.reduce((sum, module) => sum + sizeOf(module), 0);
      return built;
    },
  });
  const ungated = (method) => ({ ...method, build: (site) => ({ ...method.build?.(site), gates: [] }) });
  const before = (one) =>
    one.name === measured
      ? { ...one, steps, optimiser, methods: one.methods.map(counted) }
      : { ...one, ...idle, methods: one.methods.map(ungated) };
  const own = methods
    .filter((method) => method)
    .map((method) => ({ ...method, ...(method.stages && { stages: (plan) => method.stages(plan).map(before) }) }));

  const data = noise({ batch, height: size, width: size, classes: 2 });
  const alone = (name, of) => stage({ ...idle, data, name, nets: { student: learns(of) }, methods: [supervised()] });
  const teaching = teacher && frozen(from(alone("teacher", networkOf(teacher)), "student"));
  const student = learns(spec, baseline ? { earlier: from(alone("baseline", spec), "student"), start: "earlier" } : {});
  const goal = stage({
    data,
    optimiser,
    name: "student",
    nets: teaching ? { teacher: teaching, student } : { student },
    methods: measured === "student" ? own.map(counted) : own,
    steps,
  });
  try {
    const run = { seed: 0, store, precision, eager, checkpointSeconds: Infinity, signal: enough.signal };
    await train([goal], run);
  } catch (failure) {
    if (failure.code !== "core/interrupted") throw failure;
  }
  return { ...found, parameters: beside + (measured === "student" ? spec.parameters : 0) };
}
