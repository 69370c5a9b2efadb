// Checked by `tsc --noEmit`: what the compiler refuses.
import { frozen, from, learns, stage, weigh, type Data, type NetworkSpec, type Optimiser } from "@segdistill/core";
import { attention, cocod, emkd, factorTransfer, fsp, intraClassVariation, structuredKnowledge, variationalInformation } from "./index.js";

declare const spec: NetworkSpec<"encoder/4" | "decoder/4">;
declare const fanet: NetworkSpec<"encoder/4" | "decoder/4" | "up/4">;
declare const bare: NetworkSpec<"bottleneck">;
declare const data: Data;
declare const optimiser: Optimiser;
const rest = { data, optimiser, steps: 5 };
const trained = stage({ name: "teacher", nets: { net: learns(fanet) }, methods: [], ...rest });
const nets = { teacher: frozen(from(trained, "net")), student: learns(spec) };

stage({
  name: "all",
  nets,
  methods: [
    attention(),
    fsp(),
    factorTransfer(),
    variationalInformation(),
    weigh(2, structuredKnowledge()),
    intraClassVariation(),
    emkd(),
    cocod(),
  ],
  ...rest,
});
const up = [{ student: { encoder: "encoder/4", decoder: "decoder/4" }, teacher: { encoder: "encoder/4", decoder: "up/4" } }] as const;
stage({
  name: "other-taps",
  nets,
  methods: [attention({ pairs: up }), intraClassVariation({ taps: { student: "decoder/4", teacher: "up/4" } })],
  ...rest,
});
stage({
  name: "no-such-tap",
  nets,
  // @ts-expect-error the student has no tap "up/4"
  methods: [attention({ pairs: [{ student: up[0].teacher, teacher: up[0].teacher }] })],
  ...rest,
});
stage({
  name: "no-taps",
  nets: { teacher: nets.teacher, student: learns(bare) },
  // @ts-expect-error what is compared if nothing is said is at a quarter of the picture's size, which this student has not
  methods: [emkd()],
  ...rest,
});
stage({
  name: "alone",
  nets: { student: learns(spec) },
  // @ts-expect-error there is no teacher in this stage
  methods: [fsp()],
  ...rest,
});
// @ts-expect-error the weight stays outside: weigh(200, intraClassVariation()), or weights: "original"
intraClassVariation({ weight: 200 });
// @ts-expect-error a discriminator is left out by false
cocod({ adversarial: true });
// @ts-expect-error one map of each network, not pairs of layers
structuredKnowledge({ pairs: up });
