// Checked by `tsc --noEmit`: what the compiler refuses.
import { frozen, from, learns, stage, weigh, type Data, type NetworkSpec, type Optimiser } from "@segdistill/core";
import { logits } from "./logits.js";
import { supervised } from "./supervised.js";

declare const spec: NetworkSpec<"decoder/1">;
declare const data: Data;
declare const optimiser: Optimiser;
const rest = { data, optimiser, steps: 5 };
const teacher = stage({ name: "teacher", nets: { student: learns(spec) }, methods: [supervised()], ...rest });

stage({
  name: "distilled",
  nets: { teacher: frozen(from(teacher, "student")), student: learns(spec) },
  methods: [supervised(), weigh(0.5, logits({ temperature: 4, reduction: "element" }))],
  ...rest,
});
stage({
  name: "alone",
  nets: { student: learns(spec) },
  // @ts-expect-error there is no teacher in this stage
  methods: [supervised(), logits()],
  ...rest,
});
// @ts-expect-error a sum over pixels is not offered
logits({ reduction: "sum" });
// @ts-expect-error the weight stays outside: weigh(0.5, logits())
logits({ weight: 0.5 });
// @ts-expect-error plain cross-entropy has no options
supervised({ classWeights: [1, 2] });
