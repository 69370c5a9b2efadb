// Checked by `tsc --noEmit`: what the compiler refuses.
import { linearAlignment } from "@segdistill/alignment/testing";
import { frozen, from, learns, rampUp, stage, weigh, type Data, type NetworkSpec, type Optimiser } from "@segdistill/core";
import { dicd } from "./index.js";

declare const spec: NetworkSpec<"decoder/1">;
declare const data: Data;
declare const optimiser: Optimiser;
const rest = { data, optimiser, steps: 5 };
const result = from(stage({ name: "teacher", nets: { student: learns(spec) }, methods: [], ...rest }), "student");
const nets = { teacher: frozen(result), student: learns(spec, { earlier: result }) };

stage({
  name: "distilled",
  nets,
  methods: [linearAlignment(), weigh(rampUp({ epochs: 5 }), dicd({ divergence: "mse", cross: 1 }))],
  ...rest,
});
// @ts-expect-error there is no teacher in this stage
stage({ name: "alone", nets: { student: learns(spec) }, methods: [dicd()], ...rest });
// @ts-expect-error not a divergence
dicd({ divergence: "js" });
// @ts-expect-error the weight of the whole stays outside: weigh(0.5, dicd()); λ₃ is cross
dicd({ weight: 0.5 });
// @ts-expect-error headers are exchanged or not
dicd({ headers: "none" });
