import { expect, test } from "vitest";
import type { OpTime } from "@segdistill/backend";
import { noStage, wrongRows } from "../commands/errors.js";
import { profileFailed } from "./errors.js";
import { asText } from "./as-text.js";
import { meanOf } from "./op-by-op.js";
import { compiledSteps } from "./primitives.js";

const line = (kind: string, direction: string, ms: number): string =>
  `onednn_verbose,v1,primitive,exec,cpu,${kind},brgconv:avx512_core,${direction},src:f32::blocked:acdb::f0 dst:f32::blocked:acdb::f0,attr-scratchpad:user,alg:convolution_direct,mb4_ic64oc64,${ms}`;
const mark = (stage: string, ms: number): string => `segdistill_step ${JSON.stringify({ stage, ms })}`;

/** Two stages; the first step of each is 1000 ms and must not count. */
const output = [
  "onednn_verbose,v1,info,oneDNN v3.7.3 (commit 0123)",
  "onednn_verbose,v1,primitive,info,template:operation,engine,primitive,implementation,prop_kind,memory_descriptors,attributes,auxiliary,problem_desc,exec_time",
  line("convolution", "forward_training", 900),
  mark("teacher", 1000),
  line("convolution", "forward_training", 2.5),
  line("convolution", "backward_weights", 4),
  line("convolution", "forward_inference", 1.5),
  mark("teacher", 10),
  line("convolution", "forward_training", 3.5),
  line("reorder", "undef", 1),
  mark("teacher", 14),
  mark("distilled", 1000),
  line("matmul", "undef", 0.25),
  mark("distilled", 2),
  "",
].join("\n");

test("by hand: primitives by kind and direction, the mean over steps without the first", () => {
  const found = compiledSteps(output);
  expect([...found.keys()]).toEqual(["teacher", "distilled"]);
  expect(found.get("teacher")).toEqual({
    stepMs: 12,
    primitives: [
      { kind: "convolution", direction: "forward", count: 2, ms: 3.75 }, // (2.5 + 1.5 + 3.5) / 2; three in two steps
      { kind: "convolution", direction: "backward_weights", count: 1, ms: 2 },
      { kind: "reorder", direction: "", count: 1, ms: 0.5 },
    ],
  });
  expect(found.get("distilled")).toEqual({ stepMs: 2, primitives: [{ kind: "matmul", direction: "", count: 1, ms: 0.25 }] });
});

const ran = (op: string, layer: string, phase: OpTime["phase"], ms: number): OpTime => ({ op, layer, phase, ms });
const steps = [
  {
    ms: 20,
    ops: [
      ran("Conv2D", "student/head", "forward", 2),
      ran("LogSoftmax", "", "forward", 1),
      ran("Conv2DBackpropFilter", "student/head", "backward", 6),
      ran("Mul", "", "backward", 1),
      ran("Mul", "", "outside", 4),
    ],
  },
  { ms: 10, ops: [ran("Conv2D", "student/head", "forward", 4), ran("Mul", "", "outside", 2)] },
];

test("by hand: operators and layers; what is in no layer is of the losses or of the update", () => {
  expect(meanOf(steps)).toEqual({
    stepMs: 15,
    opsMs: 10,
    operators: [
      { op: "Mul", count: 2, ms: 3.5 },
      { op: "Conv2D", count: 1, ms: 3 },
      { op: "Conv2DBackpropFilter", count: 1, ms: 3 },
      { op: "LogSoftmax", count: 1, ms: 0.5 },
    ],
    layers: [
      { layer: "student/head", forwardMs: 3, backwardMs: 3 },
      { layer: "(update)", forwardMs: 3, backwardMs: 0 },
      { layer: "(losses)", forwardMs: 0.5, backwardMs: 0.5 },
    ],
  });
});

test("as text: tables whose shares add up, with the rest of the rows in one", () => {
  const stage = { name: "teacher", compiled: compiledSteps(output).get("teacher")!, opByOp: meanOf(steps) };
  expect(asText({ name: "tiny", seed: 3, precision: "bfloat16", stages: [stage] }, 2, Infinity)).toBe(
    `tiny: seed 3, bfloat16; two steps of each stage, the mean

teacher, compiled as it is trained: 12.0 ms a step while every primitive was written down
primitive of oneDNN                       times    ms  of the step
convolution, forward                          2  3.75       31.3 %
2 others                                      2  2.50       20.8 %
all else: other ops, waiting, JavaScript         5.75       47.9 %

teacher, op by op in float32: 15.0 ms a step, 10.0 ms of it in ops
operator                times    ms  of the step
Mul                         2  3.50       23.3 %
3 others                    3  6.50       43.3 %
JavaScript between ops         5.00       33.3 %

layer         forward ms  backward ms  of the step
student/head        3.00         3.00       40.0 %
2 others            3.50         0.50       26.7 %

Compiled times are oneDNN's own; which layer a primitive belongs to is not known. Op by op a step is slower: ops are not joined, results take fresh memory.
`,
  );
});

test("what is refused", () => {
  expect(noStage("destilled", ["baseline", "distilled", "teacher"]).message).toBe(
    '[--stage destilled] the run has no such stage. Nearest: "distilled". Stages: baseline, distilled, teacher.',
  );
  expect(wrongRows(1).message).toBe("[--rows 1] Expected a whole number, 2 or more: the longest that a table may be.");
  expect(profileFailed("[engine] no library.").message).toBe("[profile] the compiled steps failed: [engine] no library.");
});
