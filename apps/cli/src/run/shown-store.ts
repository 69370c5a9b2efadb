import type { Store } from "@segdistill/core";
import type { Progress } from "../terminal/progress.js";

/** A store whose steps and events are shown as they come. */
export const shownStore = (store: Store, show: Progress): Store => ({
  ...store,
  step: (stage, record) => {
    store.step(stage, record);
    const loss = Object.values(record.terms).reduce((sum, { raw, weight }) => sum + raw * weight, 0);
    show.step({ stage, step: record.step + 1, steps: record.steps, loss });
  },
  tell: (stage, event) => {
    store.tell(stage, event);
    if (event.event === "gate") {
      const { gate, passed, value, warning } = event;
      show.say(`${stage}: gate ${gate} ${passed ? "passed" : "not passed"} at ${value.toPrecision(3)}${warning ? `: ${warning}` : ""}`);
    } else if (event.event === "started") show.say(`${stage}: ${event.steps} steps`);
    else if (event.event === "resumed") show.say(`${stage}: goes on from step ${event.step} of ${event.steps}`);
    else if (event.event === "reused") show.say(`${stage}: done before, not trained again`);
    else if (event.event === "validation") {
      const scores = Object.entries(event.values).map(([name, value]) => `${name} ${value === null ? "not defined" : value.toFixed(4)}`);
      show.say(`${stage}: validation after epoch ${event.epoch}: ${scores.join(", ")}${event.best ? " (best so far)" : ""}`);
    } else if (event.event === "skipped")
      show.say(`${stage}: step ${event.step} was left out: ${event.term} is not finite (${event.where})`);
    else if (event.event === "gradients") {
      const norms = Object.entries(event.norms).map(([term, norm]) => `${term} ${norm === null ? "not finite" : norm.toPrecision(3)}`);
      show.say(`${stage}: gradients before step ${event.step}: ${norms.join(", ")}`);
    } else if (event.event === "finished") show.say(`${stage}: done`);
  },
});
