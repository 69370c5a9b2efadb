import type { NetworkSpec } from "./contract/index.js";
import type { Method } from "./contract/index.js";
import { learns, stage } from "./stages.js";
import { together } from "./together.js";

declare const spec: NetworkSpec<"encoder/1" | "decoder/1">;
declare const early: Method<"early", { student: "encoder/1" }>;
declare const late: Method<"late", { student: "decoder/1" }>;
declare const other: Method<"other", { student: "decoder/9" }>;
declare const rest: Omit<Parameters<typeof stage>[0], "nets" | "methods">;

stage({ ...rest, nets: { student: learns(spec) }, methods: [together("both", early, late)] });

// @ts-expect-error one of them reads a tap that the student does not have
stage({ ...rest, nets: { student: learns(spec) }, methods: [together("both", early, other)] });
