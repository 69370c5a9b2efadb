import { random } from "@segdistill/core/random";
import type { CaseScores, DomainScores, EventLine, ModelResults, Results } from "@segdistill/core";
import { bootstrapGain } from "@segdistill/metrics";
import type { Mask } from "@segdistill/core/contract";
import { curvesOf, examplesOf, type ReportInput, type ShownCase } from "../src/index.js";
import { greyPng } from "../src/mask-png.js";

// A run as `segdistill run` leaves it, invented: vessels that wander over a picture, networks that miss thin ones and see some that are not there.

const height = 192;
const width = 256;
type Models = Readonly<Record<"teacher" | "baseline" | "distilled", Mask>>;
interface Invented {
  readonly id: string;
  readonly group: string;
  readonly truth: Mask;
  readonly valid: Mask;
  readonly models: Models;
  readonly observer: Mask;
}

const blank = (): Mask => ({ height, width, data: new Uint8Array(height * width) });
type Draw = () => number;
interface Vessel {
  readonly points: readonly (readonly [number, number])[];
  readonly thick: number;
}

const vessels = (draw: Draw, many: number): readonly Vessel[] =>
  Array.from({ length: many }, () => {
    let [y, x, angle] = [draw() * height, draw() * width, draw() * 6.3];
    const points = Array.from({ length: 60 + Math.floor(draw() * 120) }, () => {
      angle += (draw() - 0.5) * 0.35;
      y += Math.sin(angle);
      x += Math.cos(angle);
      return [y, x] as const;
    });
    return { points, thick: 0.8 + draw() * 2 };
  });

const paint = (of: readonly Vessel[], grow: number, draw: Draw, gaps: number): Mask => {
  const mask = blank();
  for (const { points, thick } of of) {
    let hole = 0;
    for (const [y, x] of points) {
      if (draw() < gaps / 20) hole = 20;
      if (hole-- > 0) continue;
      const r = thick + grow;
      for (let v = Math.ceil(y - r); v <= y + r; v++)
        for (let u = Math.ceil(x - r); u <= x + r; u++)
          if (v >= 0 && u >= 0 && v < height && u < width && (v - y) ** 2 + (u - x) ** 2 <= r * r) mask.data[v * width + u] = 1;
    }
  }
  return mask;
};

const circle = (): Mask => {
  const mask = blank();
  for (let u = 0; u < mask.data.length; u++) {
    const [y, x] = [Math.floor(u / width) - height / 2, (u % width) - width / 2];
    mask.data[u] = (y / (height / 2)) ** 2 + (x / (width / 2)) ** 2 < 0.97 ? 1 : 0;
  }
  return mask;
};

const invent = (domain: string, n: number, groups: number, help: number): readonly Invented[] =>
  Array.from({ length: n }, (_, i): Invented => {
    const stream = random(`example/${domain}/${i}`);
    const draw: Draw = () => stream.next();
    const drawn = vessels(draw, 16);
    const hard = 0.05 + draw() * 0.35;
    const off = vessels(draw, 3);
    const seen = (gaps: number, wrong: number, grow: number): Mask =>
      paint([...drawn.filter(({ thick }) => thick > 0.8 + gaps * 0.8), ...off.slice(0, wrong)], grow, draw, gaps);
    return {
      id: `${domain}/image-${String(i + 1).padStart(2, "0")}`,
      group: `patient-${(i % groups) + 1}`,
      truth: paint(drawn, 0, draw, 0),
      valid: circle(),
      models: {
        teacher: seen(hard * 0.6, 0, 0.1),
        baseline: seen(hard * 1.3, 2, 0.3),
        distilled: seen(hard * (1.3 - help), help > 0.2 ? 1 : 2, 0.3 - help / 4),
      },
      observer: seen(0.08, 0, 0.15),
    };
  });

const scoresOf = ({ truth, valid }: Invented, prediction: Mask): Readonly<Record<string, number>> => {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (let u = 0; u < truth.data.length; u++) {
    if (valid.data[u] === 0) continue;
    const [t, p] = [truth.data[u]!, prediction.data[u]!];
    if (t && p) tp++;
    else if (p) fp++;
    else if (t) fn++;
    else tn++;
  }
  return { dice: (2 * tp) / (2 * tp + fp + fn), iou: tp / (tp + fp + fn), sensitivity: tp / (tp + fn), specificity: tn / (tn + fp) };
};

const domainOf = (cases: readonly Invented[], maskOf: (one: Invented) => Mask): DomainScores => {
  const reasons = { auc: "the truth is one class only" };
  const rows = cases.map((one): CaseScores => ({ id: one.id, group: one.group, ...scoresOf(one, maskOf(one)), auc: null, reasons }));
  const over = (metric: string): readonly number[] => rows.map((row) => row[metric] as number);
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const each = (of: (values: readonly number[]) => number): Record<string, number> =>
    Object.fromEntries(["dice", "iou", "sensitivity", "specificity"].map((metric) => [metric, of(over(metric))]));
  const sd = (values: readonly number[]): number =>
    Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1));
  const why = { auc: null, reasons: { auc: `no value could be computed (${cases.length} null)` } };
  return { cases: rows, mean: { ...each(mean), ...why }, sd: { ...each(sd), ...why }, pooled: { ...each(mean), ...why } };
};

/** What a stage of the example does beside its terms. */
interface Told {
  /** The validation is best so many steps before the last. */
  readonly bestBefore?: number;
  readonly budget?: number;
  /** Terms inspected, cases and places of steps left out: text from outside. */
  readonly wild?: string;
}

const eventsOf = (stage: string, steps: number, terms: readonly string[], of: Told = {}): readonly EventLine[] => {
  const { bestBefore = 0, budget = steps, wild } = of;
  const stream = random(`example/${stage}`);
  const noisy = (value: number): number => value * (0.8 + 0.4 * stream.next());
  const t = "2026-01-05T10:00:02.000Z";
  const lines: EventLine[] = [{ t, stage, event: "started", step: 0, steps: budget }];
  for (let step = 1; step <= steps; step++) {
    const named = terms.map((name, k): [string, { raw: number; weight: number }] => [
      name,
      { raw: noisy(0.7 * Math.exp((-(4 + k) * step) / steps) + 0.02), weight: k === 1 ? Math.min(1, step / 200) : 1 },
    ]);
    lines.push({
      t,
      stage,
      step,
      epoch: Math.ceil(step / 40),
      terms: Object.fromEntries(named),
      rate: 1e-3 * (1 - (step - 1) / steps) ** 0.9,
      ms: 90,
    });
    if (step % 80 === 0) {
      const dice = 0.75 - 0.5 * Math.exp((-5 * step) / steps) - 0.0005 * Math.max(0, step - (steps - bestBefore));
      lines.push({ t, stage, step, epoch: step / 40, validation: { dice }, best: step <= steps - bestBefore });
    }
    if (wild !== undefined && step % 40 === 1) {
      const norms = Object.fromEntries(terms.map((name, k) => [name, noisy((2 - k) * Math.exp((-3 * step) / steps))]));
      const cosines = { [terms.join(" · ") + wild]: step === 1 ? null : 0.4 - step / steps };
      lines.push({ t, stage, event: "gradients", step: step - 1, norms: { ...norms, [`more${wild}`]: 0 }, cosines });
    }
    if (wild !== undefined && step % 70 === 0) {
      const where = `variable "student/decoder/1" is not finite before the step: the update before it was too large${wild}`;
      const cases = ["phantoms/image-03", `phantoms/image-05${wild}`];
      lines.push({ t, stage, event: "skipped", step, term: `logits/logits${wild}`, cases, where });
    }
  }
  if (wild !== undefined) {
    lines.push({ t, stage, event: "gate", gate: `alignment/close${wild}`, value: 0.31, passed: false });
    lines.push({ t, stage, event: "gate", gate: "alignment/stable", value: 0.9, passed: true });
  }
  lines.push({ t, stage, event: "finished", step: steps, steps: budget });
  lines.push({ t, stage, step: steps, validation: { dice: 0.71, auc: null }, reasons: { auc: "one class" } });
  return lines;
};

/** An 8-bit grey PNG: vessels darker than their ground, vignette, grain. */
const pictureOf = ({ id, truth }: Invented): string => {
  const stream = random(`example/picture/${id}`);
  const rows = new Uint8Array(height * (width + 1));
  for (let u = 0; u < truth.data.length; u++) {
    const [y, x] = [Math.floor(u / width), u % width];
    const far = ((y - height / 2) / height) ** 2 + ((x - width / 2) / width) ** 2;
    const inside = far < 0.2425 ? 1 : 0;
    rows[y * (width + 1) + 1 + x] = inside * (150 - 180 * far - 55 * truth.data[u]! + 14 * stream.next());
  }
  return greyPng(rows, 8, height, width);
};

const gainOf = (distilled: DomainScores, baseline: DomainScores, domain: string, metric: string): Results["gains"][number] => {
  const values = ({ cases }: DomainScores) => cases.map((row) => ({ id: row.id, group: row.group, value: row[metric] as number | null }));
  const { test, ...gain } = bootstrapGain({
    model: [values(distilled)],
    against: [values(baseline)],
    draw: random,
    key: `example/${domain}/${metric}`,
  });
  const signedRank =
    test.p === null
      ? { ...test, pHolm: null }
      : { p: test.p, pHolm: test.p, effect: test.effect, method: test.method, pairs: test.pairs, zeros: test.zeros };
  return { model: "distilled", against: "baseline", domain, metric, ...gain, test: signedRank };
};

/** Two domains, four models, three stages, six shown pictures. `hostile`: text that wants to be markup, wherever text comes from outside. */
export const exampleInput = (hostile = false): ReportInput => {
  const wild = hostile ? `<script>document.title = "taken"</script><img src="https://example.org/a.png" onerror="x()">'"&` : "";
  const sets = { phantoms: invent("phantoms", 16, 8, 0.5), ["other-camera" + wild]: invent("other-camera" + wild, 16, 16, 0) };
  const domains = (maskOf: (one: Invented) => Mask): Readonly<Record<string, DomainScores>> =>
    Object.fromEntries(Object.entries(sets).map(([domain, cases]) => [domain, domainOf(cases, maskOf)]));
  const network = (name: keyof Models, parameters: number, macs: number, trainSeconds: number, memoryBytes: number): ModelResults => ({
    ...{ parameters, macs, macsInput: [96, 96, 1], trainSeconds, memoryBytes },
    domains: domains(({ models }) => models[name]),
  });
  const person = "a person, not a network";
  const models: Record<string, ModelResults> = {
    baseline: network("baseline", 403_206, 41_300_000, 62.4, 1.02e9),
    distilled: network("distilled", 403_206, 41_300_000, 97.1, 1.31e9),
    teacher: network("teacher", 1_942_418, 1_204_000_000, 131.7, 1.94e9),
    "second-observer": {
      parameters: null,
      macs: null,
      trainSeconds: null,
      reasons: { parameters: person, macs: person, trainSeconds: person },
      domains: domains(({ observer }) => observer),
    },
  };
  const metrics = ["dice", "iou", "sensitivity", "specificity", "auc"];
  const gains = Object.keys(sets).flatMap((domain) =>
    metrics.map((metric) => gainOf(models["distilled"]!.domains[domain]!, models["baseline"]!.domains[domain]!, domain, metric)),
  );
  const shown = Object.fromEntries(
    Object.entries(sets).map(([domain, cases]) => [
      domain,
      examplesOf(models["distilled"]!.domains[domain]!.cases, "dice").map(({ rank, id }): ShownCase => {
        const one = cases.find((c) => c.id === id)!;
        return { rank, id, picture: pictureOf(one), truth: one.truth, valid: one.valid, predictions: one.models };
      }),
    ]),
  );
  const lines = [
    ...eventsOf("teacher", 480, ["supervised/supervised"]),
    ...eventsOf("baseline", 480, ["supervised/supervised"], { budget: 640, bestBefore: 160 }),
    ...eventsOf("distillation", 480, ["supervised/supervised", "logits/logits"], { bestBefore: 80, wild }),
  ];
  const hash = "5f0a".repeat(16);
  const results: Results = {
    ...{ schema: 1, name: `quickstart${wild}`, seed: 0, finished: "2026-01-05T10:06:12.000Z", config: hash, models, gains },
    data: Object.fromEntries(
      Object.entries(sets).map(([domain, cases]) => [
        domain,
        { fingerprint: hash, cases: cases.length, groups: new Set(cases.map(({ group }) => group)).size, unseen: domain !== "phantoms" },
      ]),
    ),
    stages: ["teacher", "baseline", "distillation"].map((name, i) => ({
      name,
      steps: 480,
      seconds: [131.7, 62.4, 97.1][i]!,
      reused: false,
      skipped: name === "distillation" ? 6 : 0,
      ...(name === "baseline" && { bestStep: 320, kept: "last" as const }),
      ...(name === "distillation" && { bestStep: 400, kept: "best" as const }),
    })),
    environment: {
      ...{ schema: 1, date: "2026-01-05T10:00:00.000Z", node: "20.19.0", memoryBytes: 16.8e9, threads: 2, tensorflow: "2.21.0" },
      packages: { "@segdistill/core": "0.1.0", "@segdistill/plugin-kd": "0.1.0" },
      os: { platform: "linux", release: "6.1.0", arch: "x64" },
      cpu: { model: "A processor", count: 2, flags: ["avx2", "fma", "avx512f"] },
      precision: { asked: "auto", chosen: "float32" },
      ...{ variables: { TF_ENABLE_ONEDNN_OPTS: `1${wild}` }, lockFile: hash, gitCommit: "a".repeat(40) },
    },
  };
  const configuration = `name: quickstart\nseed: 0\ndata:\n  train: { use: phantoms, split: train, count: 40, size: 128 }\n  test:\n    phantoms: { use: phantoms, split: test, count: 40, size: 128 }\n# ${wild}\nstudent: { use: mobile-u-net }\n`;
  return { results, curves: curvesOf(lines), shown, configuration };
};
