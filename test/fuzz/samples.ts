/** A small whole example of each file of a run folder, for the suites that change them. */
export const student = (weights: string): object => ({
  schema: 1,
  network: { use: "mobile-u-net", name: "mobile-u-net", options: { width: 1 } },
  taps: { "encoder/2": { stride: 4, channels: 24 } },
  inputChannels: 1,
  classes: ["background", "vessel"],
  prepare: [{ channel: "green" }, { scale: 255 }],
  tile: { size: 256, overlap: 0.25 },
  provenance: { config: "a".repeat(64), seed: 0, data: { train: "f1" }, versions: {}, scores: { chase: { dice: 0.8, hd95Mm: null } } },
  weights,
});

export const record = (sha256: string): object => ({
  ...{ schema: 1, stage: "teacher", key: "k", step: 5, steps: 20, epoch: 1, batch: 2, done: false },
  ...{ sha256, eventsOffset: 0, seconds: 1.5, counters: { adam: 5 }, tensors: 5 },
});

const scores = { mean: { dice: 0.8 }, sd: { dice: null, reasons: { dice: "one value" } }, pooled: { dice: 0.8 } };
const model = (parameters: number): object => ({
  ...{ parameters, macs: 10, macsInput: [8, 8, 1], trainSeconds: 1.5 },
  domains: { chase: { cases: [{ id: "11L", group: "11", dice: 0.81, hd95Mm: null, reasons: { hd95Mm: "no spacing" } }], ...scores } },
});
export const results = {
  ...{ schema: 1, name: "sample", seed: 0, finished: "2026-01-02T12:00:00.000Z", config: "a".repeat(64) },
  data: { chase: { fingerprint: "f1", cases: 1, groups: 1, unseen: false } },
  models: { teacher: model(100), distilled: model(10) },
  gains: [
    {
      ...{ model: "distilled", against: "teacher", domain: "chase", metric: "dice", mean: 0.1, low: null, high: null, reason: "one group" },
      ...{ level: 0.95, n: 1, method: "bootstrap over groups" },
    },
  ],
  stages: [{ name: "teacher", steps: 4, seconds: 0.5, reused: false }],
  environment: {
    ...{ schema: 1, date: "2026-01-02T12:00:00.000Z", node: "v20.19.0", packages: {}, memoryBytes: 1, threads: 2 },
    ...{ os: { platform: "linux", release: "6", arch: "x64" }, cpu: { model: null, count: 2, flags: null } },
    ...{ precision: { asked: "auto", chosen: "float32" }, tensorflow: "2.21.0", variables: {}, lockFile: null, gitCommit: null },
  },
};

export const events: readonly object[] = [
  { t: "2026-01-02T12:00:00.000Z", stage: "teacher", event: "started", steps: 3 },
  ...[1, 2, 3].map((step) => ({
    ...{ t: "2026-01-02T12:00:01.000Z", stage: "teacher", step, epoch: 0, rate: 3e-4, ms: 41.5 },
    terms: { "kd/logits": { raw: 1 / step, weight: 1 }, supervised: { raw: 0.5, weight: 1 } },
  })),
  {
    t: "2026-01-02T12:00:02.000Z",
    stage: "teacher",
    step: 3,
    epoch: 0,
    validation: { dice: 0.5, auc: null },
    reasons: { auc: "one class" },
  },
  { t: "2026-01-02T12:00:03.000Z", stage: "teacher", event: "finished", steps: 3 },
];
