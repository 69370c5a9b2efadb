import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkResults } from "../../packages/core/src/run-folder/index.js";
import { random } from "../../packages/core/src/random.js";
import { compare } from "../../packages/report/src/compare/compare.js";
import { comparisonFormats } from "../../packages/report/src/compare/formats.js";
import { curvesOf } from "../../packages/report/src/curves-of.js";
import { report } from "../../packages/report/src/report.js";
import { outcome, tally, tries } from "./mutations.js";
import { results } from "./samples.js";

// Every text that a results.json, an events.jsonl or a picture's name can bring. `zq` stands nowhere else on the page.
const signs = ["<zq", '"zq', "'zq", ">zq", "</zq", "<zq onload=zq", "--><zq>", "]]><zq>", "</style><zq>", "</title><zq>", "&lt;zq", "${zq}", "\\u003czq", "\0<zq", "\ud800<zq"]; // prettier-ignore
const own = ["constructor", "toString", "valueOf", "hasOwnProperty", "dice", "teacher", "distilled", "baseline", "second-observer"];
const text = fc.oneof(
  fc.constantFrom(...signs, ...own),
  fc.tuple(fc.constantFrom(...signs), fc.string()).map(([sign, more]) => sign + more),
);
const score = fc.double({ min: 0, max: 1, noNaN: true });
const dictionary = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(
    text.filter((key) => key !== "__proto__"),
    value,
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  );

/** One run with texts of a stranger as every name. The metrics of one run are the same everywhere, as `segdistill run` writes them. */
const run = fc
  .record({
    models: dictionary(score),
    domains: dictionary(score),
    metrics: dictionary(score),
    ids: fc.array(text, { minLength: 1, maxLength: 3 }),
    note: text,
  })
  .map(({ models, domains, metrics, ids, note }) => {
    const scored = { ...metrics, notes: { [Object.keys(metrics)[0]!]: note } };
    const domain = { cases: ids.map((id) => ({ ...metrics, id, group: note })), mean: scored, pooled: metrics };
    const all = Object.fromEntries(Object.keys(domains).map((name) => [name, domain]));
    const model = { parameters: 3, macs: 5, trainSeconds: null, reasons: { trainSeconds: note }, domains: all };
    const gains = Object.keys(domains).flatMap((on) =>
      Object.keys(metrics).map((metric) => ({
        ...{ model: "distilled", against: "baseline", domain: on, metric, mean: 0.1, low: null, high: null, reason: note },
        ...{ level: 0.95, n: 1, method: note },
      })),
    );
    return {
      ...results,
      ...{ name: note, gains, stages: [{ name: note, steps: 1, seconds: 1, reused: false }] },
      data: Object.fromEntries(Object.keys(domains).map((name) => [name, { fingerprint: note, cases: 1, groups: 1, unseen: true }])),
      models: Object.fromEntries(["distilled", "baseline", ...Object.keys(models)].map((name) => [name, model])),
      environment: { ...results.environment, node: note, packages: { [note]: note }, cpu: { model: note, count: 1, flags: [note] } },
    };
  });

describe("report.html and the page of compare", () => {
  it("shows texts from outside as texts, whatever they are", () => {
    const { add, codes } = tally();
    fc.assert(
      fc.property(run, text, (value, word) => {
        const t = "2026-01-02T12:00:00.000Z";
        const lines = [1, 2].map((step) => ({ t, stage: word, step, epoch: 0, rate: 1, ms: 1, terms: { [word]: { raw: 1, weight: 1 } } }));
        const one = outcome(() => {
          const checked = checkResults(value, "results.json");
          const table = compare([{ label: word, seeds: [checked] }], { draw: random });
          return report({ results: checked, curves: curvesOf(lines), shown: {}, configuration: word }) + comparisonFormats.html(table);
        });
        add(one);
        if ("value" in one) expect(one.value.match(/[<>"']\/?zq[^]{0,40}/)?.[0]).toBeUndefined();
      }),
      tries(300),
    );
    expect(codes.get("read")).toBeGreaterThan(100);
  });
});
