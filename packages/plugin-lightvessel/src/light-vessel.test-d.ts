// Checked by `tsc --noEmit`: what the compiler refuses.
import { frozen, from, learns, stage, weigh, type Data, type NetworkSpec, type Optimiser } from "@segdistill/core";
import { adversarialSimilarity } from "./adversarial-similarity.js";
import { featureSimilarity } from "./feature-similarity.js";
import { lightVessel } from "./light-vessel.js";

declare const spec: NetworkSpec<"encoder/4" | "decoder/4">;
declare const fanet: NetworkSpec<"encoder/4" | "up/4">;
declare const data: Data;
declare const optimiser: Optimiser;
const rest = { data, optimiser, steps: 5 };
const [teacher, other] = [
  stage({ name: "teacher", nets: { net: learns(spec) }, methods: [], ...rest }),
  stage({ name: "fanet", nets: { net: learns(fanet) }, methods: [], ...rest }),
];
const nets = { teacher: frozen(from(teacher, "net")), student: learns(spec) };
const ofFanet = { teacher: frozen(from(other, "net")), student: learns(spec) };
const published = {
  student: { encoder: "encoder/4", decoder: "decoder/4" },
  teacher: { encoder: "encoder/4", decoder: "up/4" },
} as const;

stage({ name: "both", nets, methods: [lightVessel({ feature: { weight: 10 }, adversarial: { variant: "B" } })], ...rest });
stage({ name: "halves", nets, methods: [featureSimilarity(), weigh(0.1, adversarialSimilarity({ loss: "lsgan" }))], ...rest });
stage({ name: "published", nets: ofFanet, methods: [lightVessel({ feature: { pairs: [published] } })], ...rest });
stage({
  name: "wrong tap",
  nets: ofFanet,
  // @ts-expect-error FANet has no "decoder/4" here
  methods: [lightVessel()],
  ...rest,
});
stage({
  name: "alone",
  nets: { student: learns(spec) },
  // @ts-expect-error there is no teacher in this stage
  methods: [adversarialSimilarity()],
  ...rest,
});
// @ts-expect-error paraphrasers stand in the FSP control only
featureSimilarity({ similarity: "affinity", paraphraser: { epochs: 5 } });
featureSimilarity({ similarity: "fsp", paraphraser: { epochs: 5 } });
// @ts-expect-error the weight of one method alone stays outside: weigh(0.1, featureSimilarity())
featureSimilarity({ weight: 0.1 });
// @ts-expect-error no such variant
adversarialSimilarity({ variant: "C" });
