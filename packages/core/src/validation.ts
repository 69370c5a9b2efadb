import type { Ready } from "./plan/prepare.js";
import type { Standing } from "./standing.js";
import type { Sweeps } from "./step/sweeps.js";
import type { Store } from "./store.js";

/** Looks at the networks between epochs. */
export interface Watch {
  /** Validates where that is due after `step` updates. True where the stage ends: after its last update, or where its patience is over. */
  readonly ended: (step: number) => Promise<boolean>;
  /** What has to be kept in a checkpoint. */
  readonly counters: () => Readonly<Record<string, number>>;
}

/** A stage's validation, with its choice of networks and its patience; nothing of it where the stage has none. */
export function watching({ stage }: Ready, at: Standing, mean: Sweeps, store: Store): Watch {
  const { validation, steps, data } = stage;
  const found = new Map(Object.entries(at.position?.counters ?? {}).filter(([name]) => name.startsWith("validation/")));
  const due = (step: number): boolean =>
    step > 0 && (step % (data.batchesPerEpoch * (validation?.every ?? 1)) === 0 || step === steps) && found.get("validation/step") !== step;

  const validate = async (step: number): Promise<void> => {
    if (!validation || !due(step)) return;
    await at.asResult(async () => {
      const values = await mean.validation(validation.measure);
      found.set("validation/step", step);
      const { choose } = validation;
      let best = false;
      if (choose) {
        const [now, before] = [values[choose.by] ?? NaN, found.get("validation/best")];
        best = Number.isFinite(now) && (before === undefined || (choose.better === "higher" ? now > before : now < before));
        if (best) {
          found.set("validation/best", now);
          found.set("validation/bestStep", step);
          if (choose.keep === "best") at.holdBest();
        }
        found.set("validation/since", best ? 0 : (found.get("validation/since") ?? 0) + 1);
      }
      store.tell(stage.name, { event: "validation", step, epoch: Math.ceil(step / data.batchesPerEpoch), values, best });
    });
  };
  return {
    ended: async (step) => {
      await validate(step);
      return step >= steps || (found.get("validation/since") ?? 0) >= (validation?.choose?.patience ?? Infinity);
    },
    counters: () => Object.fromEntries(found),
  };
}
