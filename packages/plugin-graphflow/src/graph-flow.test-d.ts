// Checked by `tsc --noEmit`: what the compiler refuses.
import { frozen, from, learns, stage, weigh, type Data, type NetworkSpec, type Optimiser } from "@segdistill/core";
import { graphFlow } from "./index.js";

declare const small: NetworkSpec<"encoder/4" | "decoder/4">;
declare const fanet: NetworkSpec<"encoder/4" | "decoder/4" | "up/4">;
declare const shallow: NetworkSpec<"encoder/2">;
declare const data: Data;
declare const optimiser: Optimiser;
const rest = { data, optimiser, steps: 5 };
const teacher = frozen(from(stage({ name: "teacher", nets: { student: learns(fanet) }, methods: [], ...rest }), "student"));
const quarter = { encoder: "encoder/4", decoder: "decoder/4" } as const;
const up = { encoder: "encoder/4", decoder: "up/4" } as const;

stage({ name: "a", nets: { teacher, student: learns(small) }, methods: [weigh(0.5, graphFlow({ patch: 9 }))], ...rest });
stage({
  name: "b",
  nets: { teacher, student: learns(small) },
  methods: [graphFlow({ pairs: [{ student: quarter, teacher: up }] })],
  ...rest,
});
// @ts-expect-error the student has no up/4
stage({ name: "c", nets: { teacher, student: learns(small) }, methods: [graphFlow({ pairs: [{ student: up, teacher: up }] })], ...rest });
// @ts-expect-error this student has no maps at a quarter
stage({ name: "d", nets: { teacher, student: learns(shallow) }, methods: [graphFlow()], ...rest });
// @ts-expect-error there is no teacher in this stage
stage({ name: "e", nets: { student: learns(small) }, methods: [graphFlow()], ...rest });
// @ts-expect-error not a reading
graphFlow({ reading: "R4" });
// @ts-expect-error the factor of the penalty is no option
graphFlow({ adversarial: { penalty: 5 } });
