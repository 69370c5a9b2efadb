import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, stage, train } from "@segdistill/core";
import { supervised } from "@segdistill/plugin-kd";
import { watched } from "../clock.mjs";
import { noise } from "../pictures.mjs";
import { networkOf } from "./networks.mjs";
import { pace } from "./pace.mjs";

/** Trains some steps by the real loop, with an untrained frozen teacher where there is one, and gives their times. */
export async function stepped({ network, teacher, precision, eager = false, batch, size, ...asked }, methods) {
  const spec = networkOf(network);
  await startEngine();
  const paced = pace(asked);
  const enough = new AbortController();
  let found;
  const step = (name, { ms }) => {
    if (name !== "student" || !paced.last(ms)) return;
    found = paced.found();
    enough.abort();
  };
  const rest = { optimiser: adam({ rate: watched(1e-3, paced.begins) }), data: noise({ batch, height: size, width: size, classes: 2 }) };
  const student = learns(spec);
  const teaching =
    teacher && stage({ ...rest, name: "teacher", nets: { student: learns(networkOf(teacher)) }, methods: [supervised()], steps: 0 });
  const goal = stage({
    ...rest,
    name: "student",
    nets: teacher ? { teacher: frozen(from(teaching, "student")), student } : { student },
    methods,
    steps: asked.warmUp + asked.steps + 1, // it is stopped before
  });
  try {
    const run = { seed: 0, store: { ...memoryStore(), step }, precision, eager, checkpointSeconds: Infinity, signal: enough.signal };
    await train([goal], run);
  } catch (failure) {
    if (failure.code !== "core/interrupted") throw failure;
  }
  return { ...found, parameters: spec.parameters };
}
