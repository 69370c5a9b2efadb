// Checked by `tsc --noEmit`: what the compiler refuses.
import { linearAlignment } from "@segdistill/alignment/testing";
import { frozen, from, learns, rampUp, stage, weigh, without, type Data, type NetworkSpec, type Optimiser } from "@segdistill/core";
import { dcgd } from "./index.js";

declare const spec: NetworkSpec<"decoder/1">;
declare const data: Data;
declare const optimiser: Optimiser;
const rest = { data, optimiser, steps: 5 };
const result = from(stage({ name: "teacher", nets: { student: learns(spec) }, methods: [], ...rest }), "student");
const nets = { teacher: frozen(result), student: learns(spec, { earlier: result }) };

stage({
  name: "distilled",
  nets,
  methods: [linearAlignment(), weigh(rampUp({ epochs: 5 }), without(["inter"], dcgd({ loss: "kl", temperature: 0.2 })))],
  ...rest,
});
dcgd({ views: { count: 2, transforms: ["flips", { gamma: { from: 0.5, to: 2 } }] }, nodes: "batch", centre: "sourceMean", inter: 0.5 });
// @ts-expect-error there is no teacher in this stage
stage({ name: "alone", nets: { student: learns(spec) }, methods: [dcgd()], ...rest });
// @ts-expect-error squares have no temperature
dcgd({ loss: "mse", temperature: 0.1 });
// @ts-expect-error nor has the default
dcgd({ temperature: 0.1 });
// @ts-expect-error no such transform
dcgd({ views: { transforms: [{ clahe: { clip: 2 } }] } });
// @ts-expect-error the weight of the whole stays outside: weigh(0.5, dcgd())
dcgd({ weight: 0.5 });
// @ts-expect-error not a way of drawing nodes
dcgd({ nodes: "pixels" });
