import type { PlannedStage } from "@segdistill/core";
import { expect, test } from "vitest";
import { wrapped } from "../terminal/write.js";
import { asText } from "./as-text.js";
import { diagram } from "./diagram.js";
import { explanation } from "./explanation.js";
import { page } from "./page.js";

const common = {
  key: "k",
  batchSize: 4,
  batchesPerEpoch: 20,
  picture: { height: 64, width: 96, channels: 1, classes: 2 },
  trains: [],
  adversaries: [],
  collect: [],
  gates: [],
  rate: () => 1e-3,
  optimiser: { adam: { rate: 1e-3 } },
  accumulate: 1,
  recompute: false,
  average: null,
  balance: null,
  validation: null,
  nonFinite: "stop",
} as const;
const net = { network: "u-net", parameters: 31_036_546, taps: { "decoder/4": { stride: 4, channels: 24 } }, from: null } as const;
const planned: readonly PlannedStage[] = [
  {
    ...common,
    name: "teacher",
    after: [],
    steps: 50,
    nets: [{ ...net, role: "student", mode: "trained", read: { supervised: [] } }],
    terms: [{ name: "supervised/ce", weight: () => 1 }],
  },
  {
    ...common,
    name: "distillation",
    after: ["teacher"],
    steps: 100,
    nets: [
      { ...net, role: "student", network: "tiny", mode: "trained", parameters: 950, read: { flow: ["decoder/4"], supervised: [] } },
      { ...net, role: "teacher", mode: "frozen", from: "teacher/student", read: { flow: ["decoder/4"] } },
    ],
    terms: [
      { name: "supervised/ce", weight: () => 1 },
      { name: "flow/map", weight: (share) => Math.min(0.5, share) },
    ],
    trains: [{ name: "distillation/flow/paraphraser", parameters: 12_345 }],
    adversaries: [{ name: "flow/critic", steps: 5, parameters: 100 }],
    collect: [{ name: "flow/collect/0", when: "start" }],
    gates: [{ name: "flow/good", otherwise: "stop" }],
    rate: (share) => 0.01 * (1 - share),
  },
];
const about = { name: "eyes", seed: 3, precision: "float32", cases: 80 };
const probed = new Map([
  ["teacher", { firstSeconds: 2, stepSeconds: 0.25, peakBytes: 9e8 }],
  ["distillation", { firstSeconds: 3, stepSeconds: 0.5, peakBytes: 1.25e9 }],
]);
const full = explanation(about, planned, probed);

test("shapes, courses and times, by hand", () => {
  const [teacher, distillation] = full.stages;
  expect(teacher!.nets[0]!.taps).toEqual([{ name: "decoder/4", shape: [4, 16, 24, 24], readBy: [] }]); // 64/4, 96/4
  expect(distillation!.nets[0]!.taps[0]!.readBy).toEqual(["flow"]);
  expect(distillation!.terms[1]!.weight).toMatchObject({ at: [0, 0.25, 0.5, 0.5, 0.5], constant: false });
  expect(distillation!.terms[1]!.weight.values[6]).toBe(0.25); // 6/24
  expect([teacher!.epochs, distillation!.epochs]).toEqual([2.5, 5]);
  expect([teacher!.probe!.totalSeconds, distillation!.probe!.totalSeconds]).toEqual([14.25, 52.5]); // 2 + 49/4, 3 + 99/2
  expect([full.steps, full.totalSeconds, full.peakBytes]).toEqual([150, 66.75, 1.25e9]);
  expect(full.data).toEqual({ cases: 80, batch: [4, 64, 96, 1], batchesPerEpoch: 20 });
  const { totalSeconds, stages } = explanation(about, planned, new Map());
  expect([totalSeconds, stages[0]!.probe]).toEqual([null, null]);
});

test("as text", () => {
  expect(asText(full)).toBe(
    [
      "eyes: 2 stages, 150 steps, seed 3, float32",
      "80 training pictures; batches of 4 patches of 64 × 96 × 1, 20 an epoch",
      "",
      "1. teacher: 50 steps (2.5 epochs)",
      "   student  u-net, 31.04 M parameters, trained",
      "   term supervised/ce  weight 1",
      "   rate  0.001  (adam)",
      "   about 14 s: 250 ms a step, the first 2.0 s; 900 MB",
      "",
      "2. distillation: 100 steps (5 epochs), after teacher",
      "   student  tiny, 950 parameters, trained",
      "     tap decoder/4  [4, 16, 24, 24]  read by flow",
      "   teacher  u-net, 31.04 M parameters, frozen, as teacher/student ends",
      "     tap decoder/4  [4, 16, 24, 24]  read by flow",
      "   also trained  distillation/flow/paraphraser, 12.3 k parameters",
      "   opponent  flow/critic, 100 parameters, 5 steps a step",
      "   mean over the data  flow/collect/0, before the first step",
      "   term supervised/ce  weight 1",
      "   term flow/map  weight ▁▂▃▅▇███████  0 → 0.25 → 0.5 → 0.5 → 0.5",
      // twelve of the 25 values: of eight levels below the largest, the rate's are 8, 7.33, 6.67, 5.67, 5, 4.33, 3.67, 3, 2.33, 1.33, 0.67, 0
      "   rate  ██▇▆▆▅▄▄▃▂▁▁  0.01 → 0.0075 → 0.005 → 0.0025 → 0  (adam)",
      "   gate flow/good  stops the run where it is not passed",
      "   about 53 s: 500 ms a step, the first 3.0 s; 1.3 GB",
      "",
      "Training takes about 1 min 7 s here, and 1.3 GB of memory; measuring comes on top. Stages that are done already take no time.",
      "",
    ].join("\n"),
  );
  expect(
    asText(explanation(about, planned, new Map()))
      .trimEnd()
      .split("\n")
      .at(-1),
  ).toBe("Time and memory were not probed.");
  const traced = asText(
    explanation(
      about,
      planned,
      new Map(),
      new Map([
        ["teacher", 2.5e8],
        ["distillation", 1.25e9],
      ]),
    ),
  );
  expect(traced.split("\n").filter((line) => line.includes("trace"))).toEqual([
    "   a step takes about 250 MB, from a trace",
    "   a step takes about 1.3 GB, from a trace",
    "Time was not probed. A step takes up to 1.3 GB of memory beside weights and all else that the process holds, estimated from a trace.",
  ]);
  expect(
    Math.max(
      ...wrapped(asText(full), 40)
        .split("\n")
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(40);
});

test("what else a stage does", () => {
  const choose = { by: "dice", better: "higher", keep: "best", patience: 5 } as const;
  const more = {
    accumulate: 2,
    recompute: true,
    average: 0.99,
    balance: { uncertainty: {} },
    nonFinite: { skip: 3 },
    validation: { every: 2, measures: ["dice"], choose },
  };
  const lines = asText(explanation(about, [{ ...planned[0]!, ...more }], new Map())).split("\n");
  expect(lines.slice(7, 13)).toEqual([
    "   every batch in 2 parts, one after the other",
    "   networks keep less for the way back and compute it again",
    "   terms are balanced against each other by uncertainty",
    "   ends with a moving average of its networks (0.99)",
    "   validated every 2 epochs by dice; the best by dice is kept; ends after 5 without a better one",
    "   at most 3 steps that give no number are taken back",
  ]);
});

test("the page loads nothing, runs nothing, and what a name holds is text", () => {
  const evil = '"><script>alert(1)</script>';
  const odd = planned.map((stage) => ({ ...stage, terms: [{ name: `${evil}/t`, weight: () => 1 }] }));
  const html = page(explanation({ ...about, name: evil }, odd, probed), { name: evil });
  expect(html).not.toContain("<script");
  expect(html).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;/t");
  expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  expect(
    [...html.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)/g)].map(([, to]) => to).filter((to) => !/^(#|data:)/.test(to!)),
  ).toEqual([]);
});

test("the diagram: a stage right of what it needs, one arrow, a line for the weight that changes", () => {
  const beside = explanation(about, [planned[0]!, { ...planned[0]!, name: "baseline" }, planned[1]!], probed);
  const { html } = diagram(beside);
  const boxes = [...html.matchAll(/<rect class="box" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/g)].map((found) =>
    found.slice(1).map(Number),
  );
  expect(boxes.map(([x, y]) => [x, y])).toEqual([
    [1, 1],
    [1, 121], // below: 1 + 94 + 26, with 94 = 28 + 26 + 2 · 20
    [361, 1], // 1 + 296 + 64
  ]);
  expect(html.match(/class="arrow"/g)).toHaveLength(1);
  expect(html).toContain('d="M297,25 C325.5,25 325.5,25 354,25"');
  expect(html.match(/<polyline/g)).toHaveLength(1);
  for (const kind of ["trained", "frozen", "opponent", "gate"]) expect(html).toContain(`<rect class="${kind}"`);
});
