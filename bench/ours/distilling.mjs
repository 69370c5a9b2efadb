import { adam, from, frozen, learns, stage } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { logits, supervised } from "@segdistill/plugin-kd";
import { noise } from "../pictures.mjs";

/** A stage in which a small frozen U-Net teaches a smaller one, and which is still under way after `steps`: the last step of a stage leaves the loop. */
export function distilling(steps) {
  const rest = { data: noise({ batch: 2, height: 32, width: 48, classes: 2 }), optimiser: adam({ rate: 1e-3 }) };
  const untrained = { nets: { student: learns(uNet({ width: 8, classes: 2 })) }, methods: [supervised()], steps: 0 };
  const nets = {
    teacher: frozen(from(stage({ ...rest, ...untrained, name: "teacher" }), "student")),
    student: learns(uNet({ width: 4, classes: 2 })),
  };
  return stage({ ...rest, name: "distilled", nets, methods: [supervised(), logits({ temperature: 4 })], steps: steps + 1 });
}
