import { plan } from "@segdistill/core";
import { startEngine } from "@segdistill/backend";
import { mobileUNet, uNet } from "@segdistill/models";
import { beforeAll, describe, expect, test } from "vitest";
import type { MsanOptions } from "../src/index.js";
import { discs, distil, goalOf, small, user, type Trial } from "./steps.js";

await startEngine();

const teacher = uNet({ width: 2, classes: 2 });
const student = mobileUNet({ classes: 2 });
const tiny = uNet({ width: 4, classes: 2 });
const run = (options: MsanOptions = {}, more: Partial<Trial> = {}): Trial => ({
  teacher,
  student: tiny,
  methods: [small(options), user()],
  ...more,
});
const planned = (options: MsanOptions = {}, more: Partial<Trial> = {}) =>
  new Map(plan([goalOf(run(options, more))], { seed: 0, precision: "float32", code: null }).map((one) => [one.name, one]));
const differ = (a: Float32Array, b: Float32Array): boolean => a.some((x, i) => !Object.is(x, b[i]));

describe("the whole chain, U-Net to Mobile U-Net", () => {
  let found: Awaited<ReturnType<typeof distil>>;
  beforeAll(async () => {
    found = await distil({ teacher, student, methods: [small(), user()] }, { eager: false });
  }, 300_000);

  test("stages in their order, each for its passes", () => {
    const finished = found.events.flatMap(({ stage, event }) => (event.event === "finished" ? [[stage, event.step]] : []));
    expect(finished).toEqual([
      ["teacher", 2],
      ["baseline", 2],
      ["psae", 4],
      ["psae-headers", 2],
      ["tan", 2],
      ["san", 2],
      ["distilled", 2],
    ]);
  });

  test("terms of each stage, all of them numbers", () => {
    const of = (stage: string) => found.steps.filter((one) => one.stage === stage).map(({ record }) => record.terms);
    const names = (stage: string) => [...new Set(of(stage).flatMap((terms) => Object.keys(terms)))];
    expect(names("psae")).toEqual(["reconstructing/cross-entropy", "reconstructing/dice"]);
    expect(names("psae-headers")).toEqual(["summarising/cross-entropy", "summarising/dice", "summarising/map"]);
    const act = ["latent", "reconstruction", "consistency", "augmentation"].map((name) => `consistency/${name}`);
    expect(names("tan")).toEqual(act);
    expect(names("san")).toEqual(act);
    expect(names("distilled")).toEqual(["supervised/ce", "user/vector", "user/exchanged"]);
    expect(of("san").map((terms) => act.map((name) => terms[name]!.weight))).toEqual([
      [1, 1, 1, 0.5],
      [1, 1, 1, 0.5],
    ]);
    for (const stage of found.outcomes.keys())
      for (const terms of of(stage))
        for (const [name, { raw }] of Object.entries(terms)) expect(raw > 0 && raw < 1e4, `${stage} ${name} ${raw}`).toBe(true);
  });

  test("gates and figures", () => {
    const gates = Object.fromEntries([...found.outcomes].map(([name, one]) => [name, one.gates.map((gate) => gate.name)]));
    expect(gates).toEqual({
      teacher: [],
      baseline: [],
      psae: ["reconstructing/with-foreground", "reconstructing/dice-of-reconstruction"],
      "psae-headers": ["summarising/dice-through-vector", "summarising/varying-entries", "summarising/vector-length"],
      tan: ["consistency/dice-of-network", "consistency/dice-through-alignment"],
      san: ["consistency/dice-of-network", "consistency/dice-through-alignment"],
      distilled: [],
    });
    const values = new Map([...found.outcomes].flatMap(([name, one]) => one.gates.map((gate) => [`${name}/${gate.name}`, gate.value])));
    for (const [name, value] of values) expect(Number.isFinite(value), name).toBe(true);
    expect(values.get("psae/reconstructing/with-foreground")).toBe(1);
    expect(values.get("psae-headers/summarising/vector-length")).toBeGreaterThan(0);
    const told = found.events.flatMap(({ stage, event }) => (event.event === "gate" ? [[`${stage}/${event.gate}`, event.value]] : []));
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(values));
  });

  test("each stage moves what it trains and nothing else: at the end of the run everything is as its stage left it", () => {
    const byStage = (stage: string): string[] => [...found.saved.keys()].filter((name) => name.startsWith(`${stage}/`));
    const header = (stage: string): string[] => byStage(stage).map((name) => name.split("/").slice(1, 4).join("/"));
    expect([...new Set(header("psae"))].every((name) => name.startsWith("reconstructing/autoencoder/"))).toBe(true);
    expect(byStage("psae").length).toBe(316);
    const sides = ["down", "up"].flatMap((way) => [1, 2].flatMap((i) => [`${way}/${i}/kernel`, `${way}/${i}/bias`]));
    expect(byStage("psae-headers").sort()).toEqual(sides.map((name) => `psae-headers/summarising/headers/${name}`).sort());
    const bridges = ["enter", "leave"].flatMap((way) => [`${way}/kernel`, `${way}/bias`]);
    for (const stage of ["tan", "san"])
      expect(byStage(stage).sort()).toEqual([...sides, ...bridges].map((name) => `${stage}/consistency/aligner/${name}`).sort());
    // statistics of E moved in their own stage
    const statistics = byStage("psae").filter((name) => name.endsWith("norm/mean"));
    expect(statistics.filter((name) => found.saved.get(name)!.data.some((x) => x !== 0)).length).toBe(statistics.length);
    // bytes: teacher, E and D, headers, both alignment networks
    let compared = 0;
    for (const [name, now] of found.live) {
      if (name.startsWith("distilled/student/")) continue;
      expect(differ(now, found.saved.get(name)!.data), name).toBe(false);
      compared++;
    }
    expect(compared).toBeGreaterThan(316 + 8 + 24 + 50);
    expect([...found.live.keys()].filter((name) => name.startsWith("teacher/student/")).length).toBeGreaterThan(50);
  });

  test("the student that leaves is its own network, number by number, and carries nothing of it", () => {
    expect(found.exported).toBe(4_682_323);
    const left = [...found.saved.keys()].filter((name) => name.startsWith("distilled/"));
    expect(left.filter((name) => !name.startsWith("distilled/student/"))).toEqual([]);
    expect(left.filter((name) => /aligner|headers|autoencoder/.test(name))).toEqual([]);
  });

  test("op by op it is the same in every stage", async () => {
    const eager = await distil({ teacher, student, methods: [small(), user()] });
    expect(eager.steps.length).toBe(found.steps.length);
    for (const [i, { stage, record }] of eager.steps.entries())
      for (const [name, { raw }] of Object.entries(record.terms))
        expect(Math.abs(found.steps[i]!.record.terms[name]!.raw / raw - 1), `${stage} ${record.step} ${name}`).toBeLessThan(1e-4);
  }, 300_000);
});

describe("what is planned", () => {
  const act = (stage: string, options: MsanOptions): string[] =>
    planned(options)
      .get(stage)!
      .terms.map(({ name }) => name);
  test.each([
    [{ latent: false }, ["reconstruction", "consistency", "augmentation"]],
    [{ latent: 0, augmentation: false }, ["reconstruction", "consistency"]],
    [{ reconstruction: false, consistency: false }, ["latent", "augmentation"]],
    [{ consistency: 2, augmentation: true }, ["latent", "reconstruction", "consistency", "augmentation"]],
  ] as const)("a part that is switched off is not in the step: %o", (part, names) => {
    for (const stage of ["tan", "san"]) expect(act(stage, { act: part })).toEqual(names.map((name) => `consistency/${name}`));
    const weights = Object.fromEntries(
      planned({ act: part })
        .get("san")!
        .terms.map(({ name, weight }) => [name, weight(0)]),
    );
    for (const [name, weight] of Object.entries(part))
      if (typeof weight === "number" && weight > 0) expect(weights[`consistency/${name}`]).toBe(weight);
    if ("augmentation" in part && part.augmentation) expect(weights["consistency/augmentation"]).toBe(0.5);
  });

  test("passes over the data, widths, parameters", () => {
    const all = planned({ autoencoder: { width: 4, epochs: 3, headerEpochs: 5 }, act: { epochs: 7 }, hidden: 6 });
    expect(["psae", "psae-headers", "tan", "san"].map((name) => all.get(name)!.steps)).toEqual([6, 10, 14, 14]);
    // 32 × 64 pixels: maps of 4 × 8; bottlenecks of U-Net at 1/16 are 2 × 4, of 32 and 64 channels; d = 32
    const headers = (positions: number): number => positions * 6 + 6 + 6 + 1 + (6 + 6 + 6 * positions + positions);
    const trains = (name: string): number => all.get(name)!.trains.reduce((sum, { parameters }) => sum + parameters, 0);
    expect(trains("psae-headers")).toBe(headers(32));
    expect(trains("tan")).toBe(headers(8)); // as many channels as the vector has numbers
    expect(trains("san")).toBe(headers(8) + 64 * 32 + 32 + 32 * 64 + 64);
  });

  test("all at once: one stage less, which trains both", () => {
    const all = planned({ autoencoder: { joint: true } });
    expect([...all.keys()]).toEqual(["teacher", "baseline", "psae", "tan", "san", "distilled"]);
    const psae = all.get("psae")!;
    expect(psae.trains.map(({ name }) => name)).toEqual(["psae/reconstructing/autoencoder", "psae/reconstructing/headers"]);
    expect(psae.terms.map(({ name }) => name)).toEqual(["cross-entropy", "dice", "map"].map((name) => `reconstructing/${name}`));
    expect(psae.gates.map(({ name }) => name)).toEqual(
      ["with-foreground", "dice-of-reconstruction", "dice-through-vector", "varying-entries", "vector-length"].map(
        (name) => `reconstructing/${name}`,
      ),
    );
  });

  test.each<[string, MsanOptions, string[]]>([
    ["width", { autoencoder: { width: 4 } }, ["psae", "psae-headers", "tan", "san", "distilled"]],
    ["empty masks", { autoencoder: { emptyMasks: "keep" } }, ["psae", "psae-headers", "tan", "san", "distilled"]],
    ["rate", { autoencoder: { rate: 2e-3 } }, ["psae", "psae-headers", "tan", "san", "distilled"]],
    ["passes for the headers", { autoencoder: { headerEpochs: 3 } }, ["psae-headers", "tan", "san", "distilled"]],
    ["a weight of ACT", { act: { consistency: 2 } }, ["tan", "san", "distilled"]],
    ["views of ACT", { act: { views: ["flips"] } }, ["tan", "san", "distilled"]],
  ])("another %s: other keys for all that come after, no other", (_, options, changed) => {
    const [one, other] = [planned(), planned(options)];
    expect([...one.keys()].filter((name) => one.get(name)!.key !== other.get(name)!.key)).toEqual(changed);
  });

  test("another teacher, another student: their own aligners and what follows", () => {
    const changed = (more: Partial<Trial>): string[] => {
      const [one, other] = [planned(), planned({}, more)];
      return [...one.keys()].filter((name) => one.get(name)!.key !== other.get(name)!.key);
    };
    expect(changed({ teacher: uNet({ width: 6, classes: 2 }) })).toEqual(["teacher", "tan", "san", "distilled"]);
    expect(changed({ student: uNet({ width: 6, classes: 2 }) })).toEqual(["baseline", "san", "distilled"]);
  });
});

describe("what is trained again", () => {
  const became = ({ events }: Awaited<ReturnType<typeof distil>>) =>
    Object.fromEntries(events.flatMap(({ stage, event }) => (["started", "reused"].includes(event.event) ? [[stage, event.event]] : [])));
  test("a change of the user's options: the student alone; of the headers: all that froze them", async () => {
    const first = await distil(run());
    const done = { teacher: "reused", baseline: "reused", psae: "reused", "psae-headers": "reused", tan: "reused", san: "reused" };
    const second = await distil(run({}, { methods: [small(), user(0.5)] }), { store: first.store });
    expect(became(second)).toEqual({ ...done, distilled: "started" });
    const third = await distil(run({ autoencoder: { headerEpochs: 2 } }), { store: first.store });
    expect(became(third)).toEqual({ ...done, "psae-headers": "started", tan: "started", san: "started", distilled: "started" });
  }, 300_000);
});

describe("gates that do not hold", () => {
  const told = async (trial: Trial) => {
    const seen: string[] = [];
    let failure: unknown;
    try {
      const { events } = await distil(trial);
      seen.push(...events.map(({ stage }) => stage));
    } catch (error) {
      failure = error;
    }
    return { failure, seen };
  };
  test("masks that do not come back end the run, before anything is aligned", async () => {
    const { failure } = await told(run({ autoencoder: { least: 1, otherwise: "stop" } }));
    const { message, code } = failure as { message: string; code: string };
    expect(code).toBe("core/gate");
    expect(message).toMatch(
      /^\[reconstructing\/dice-of-reconstruction\] stage "psae" ended at 0(\.\d+)?, which is not accepted\. Train it longer or loosen the gate\.$/,
    );
  }, 120_000);
  test("nothing but empty masks ends it whatever is said", async () => {
    const { failure } = await told(run({}, { data: discs({ empty: 4 }) }));
    expect((failure as Error).message).toBe(
      '[reconstructing/with-foreground] stage "psae" ended at 0.00, which is not accepted. Train it longer or loosen the gate.',
    );
  }, 120_000);
  test("gates are measured on validation pictures, where there are some", async () => {
    const held = { ...discs({ empty: 1 }), fingerprint: "held" };
    const { outcomes } = await distil(run({}, { held }));
    expect(outcomes.get("psae")!.gates[0]).toEqual({ name: "reconstructing/with-foreground", value: 0.75, passed: true });
  }, 120_000);
});

describe("refusals", () => {
  const refusal = (make: () => unknown): { code: string; message: string; exit: number } => {
    try {
      make();
    } catch (error) {
      const { code, message, exit } = error as { code: string; message: string; exit: number };
      return { code, message, exit };
    }
    throw new Error("nothing was refused");
  };
  test("pictures that are no multiples of 8", () => {
    const picture = { ...discs().picture, height: 36 };
    const stages = small().stages!({ trained: { teacher: {}, student: {} }, data: { ...discs(), picture } } as never);
    const method = stages[0]!.methods[0] as unknown as { build: (site: unknown) => unknown };
    expect(refusal(() => method.build({ scope: {}, picture }))).toEqual({
      code: "msan/picture",
      message:
        "[msan] pictures are 36 × 64 pixels. Expected multiples of 8, because the semantic autoencoder halves masks three times. Take patches of such a size (sample.patch).",
      exit: 2,
    });
  });
  test("a student that was not trained alone", () => {
    expect(refusal(() => planned({}, { baseline: false })).message).toBe(
      'stage "distilled": u-net has no earlier result. Write learns(spec, { earlier: from(baseline, "student") }).',
    );
  });
  test("every part switched off", () => {
    const off = { latent: false, reconstruction: false, consistency: false, augmentation: 0 };
    expect(refusal(() => planned({ act: off })).message).toBe(
      'stage "tan" has no term with a weight, so there is nothing to minimise. Its methods: consistency.',
    );
  });
});
