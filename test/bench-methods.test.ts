import { readFileSync } from "node:fs";
import { msan } from "@segdistill/plugin-msan";
import { expect, test } from "vitest";

// What `bench -- methods` and `bench -- gkd` compute from times, and that both sides have the same steps; the times themselves are no test's affair.
const part = async <T>(name: string): Promise<T> => (await import(new URL(`../bench/${name}.mjs`, import.meta.url).href)) as T;
const read = (path: string): string => readFileSync(new URL(`../bench/${path}`, import.meta.url), "utf8");

interface Sides {
  readonly ours: number | null;
  readonly pytorch: number | null;
}
interface Derived {
  readonly times: Readonly<Record<string, Sides>>;
  readonly graph: { readonly paraphrasers: Sides; readonly graph: Sides };
  readonly opponents: Readonly<Record<string, Sides>>;
}
interface Bench {
  readonly derived: (by: object) => Derived;
  readonly markdown: (rows: readonly object[], more: object) => readonly string[];
}
const of = (ours: number | null, pytorch: number | null) => ({ ours_ms: ours, pytorch_ms: pytorch });
const by = {
  plain: of(100, 200),
  paraphrased: of(115, 230),
  "graph-flow-graph": of(120, 250),
  "graph-flow-r1-no-adversary": of(125, 260),
  "graph-flow-r1": of(175, 520),
  "light-vessel-features": of(110, null),
  "light-vessel": of(165, 500),
};
const beside = { aim: 0.8, met: true, rounds: 3, load: 0.2 };

test("by hand: multiples of the plain step, shares of the step with the graph alone, what an opponent costs", async () => {
  const { derived } = await part<Bench>("methods");
  const { times, graph, opponents } = derived(by);
  expect(times["graph-flow-r1"]).toEqual({ ours: 1.75, pytorch: 2.6 });
  expect(times["plain"]).toEqual({ ours: 1, pytorch: 1 });
  expect(times["light-vessel-features"]).toEqual({ ours: 1.1, pytorch: null });
  expect(graph).toEqual({ paraphrasers: { ours: 0.125, pytorch: 0.12 }, graph: { ours: 0.0417, pytorch: 0.08 } }); // 15/120, 30/250; 5/120, 20/250
  const none = { ours: null, pytorch: null };
  expect(opponents).toEqual({ "Graph Flow, R1": { ours: 1.4, pytorch: 2 }, "Graph Flow, R3": none, LightVessel: { ours: 1.5, pytorch: null } }); // prettier-ignore
  expect(derived({ kd: of(5, 5) }).times["kd"]).toEqual(none);
});

test("the table: the plain step has no aim of its own; what parts cost and what is missing stand below", async () => {
  const { derived, markdown } = await part<Bench>("methods");
  const one = (ours: number, eager: number, more: object) => ({ ours_ms: ours, pytorch_ms: eager, ratio: ours / eager, spread: [0.5, 0.75], memory: { ours_mb: 9, pytorch_mb: 12, ratio: 0.75 }, pytorch: { eager: { ms: eager } }, ...beside, ...more }); // prettier-ignore
  const found = { plain: one(100, 200, {}), kd: one(120, 160, { met: false }), at: { ours_ms: null, why: "not measured yet" }, fsp: { ours_ms: null, why: "no room" } }; // prettier-ignore
  const rows = [{ precision: "float32", by: found, derived: derived({ ...found, ...by, kd: found.kd }) }];
  const said = markdown(rows, { machine: { processor: "P", threads: 2 }, batch: 4, size: 64 });
  expect(said[0]).toBe("P, 2 threads, 4 pictures of 64 × 64 × 1, 2 classes; rounds: 3; load when their benches began: 0.2.");
  expect(said.slice(4)).toEqual([
    "| none: the teacher runs | fp32 | 100 | 1.00 | 200 | – | 1.00 | 0.50 | 0.50…0.75 | – | – | 9 / 12 | 0.75 |",
    "| KD (logits) | fp32 | 120 | 1.20 | 160 | – | 0.80 | 0.75 | 0.50…0.75 | 0.80 | no | 9 / 12 | 0.75 |",
    "| FSP | fp32 | – | – | – | – | – | – | – | – | – | – | – |",
    "",
    "- fp32: of a step with Graph Flow's graph alone the graph takes ours 4.2 %, PyTorch 8.0 % (aim: ours below 5.0 %), the paraphrasers before it ours 12.5 %, PyTorch 12.0 %.",
    "- fp32: Graph Flow, R1 with its discriminator (WGAN-GP) over the same without: ours 1.40, PyTorch 2.00 (aim: ours below 1.60).",
    "- fp32: LightVessel with its discriminator (WGAN-GP) over the same without: ours 1.50, PyTorch – (aim: ours below 1.60).",
    "- FSP (fp32): no room.",
    "- not measured yet: AT (fp32).",
  ]);
});

/** Keys of an object or dictionary as it is written in a file of the bench. */
const keysOf = (text: string, open: string): readonly string[] => {
  const lines = text
    .slice(text.indexOf(open) + open.length)
    .split("\n}")[0]!
    .split("\n");
  return lines.flatMap((line) => /^\s+"?([a-z0-9-]+)"?[:,]/.exec(line)?.[1] ?? []);
};
const names = async (of: "methodNames" | "partNames"): Promise<readonly string[]> =>
  Object.keys((await part<Record<typeof of, object>>("method-names"))[of]);

test("names, ours and PyTorch's are the same methods; docs/performance.md has a place for the table", async () => {
  const all = await names("methodNames");
  expect(all.length).toBe(18);
  expect(keysOf(read("ours/methods.mjs"), "export const methods = {")).toEqual(all);
  expect(keysOf(read("pytorch/methods.py"), "METHODS = {")).toEqual(all);
  expect(read("../docs/performance.md")).toMatch(/<!-- bench methods -->[^]*<!-- end of bench methods -->/);
});

test("gkd, by hand: multiples of the plain step for S3's steps alone, and what DICD adds to the plain one, DCGD to that with DICD", async () => {
  const { derived } = await part<{ readonly derived: (by: object) => object }>("gkd");
  const found = { psae: of(7, 9), plain: of(100, 200), dcgd: of(180, null), dicd: of(130, 290), gkd: of(215, 500) };
  expect(derived(found)).toEqual({
    times: { plain: { ours: 1, pytorch: 1 }, dcgd: { ours: 1.8, pytorch: null }, dicd: { ours: 1.3, pytorch: 1.45 }, gkd: { ours: 2.15, pytorch: 2.5 } }, // prettier-ignore
    added: { dcgd: { ours: 0.85, pytorch: 1.05 }, dicd: { ours: 0.3, pytorch: 0.45 } },
  });
  const none = { ours: null, pytorch: null };
  expect(derived({ gkd: of(5, 5) })).toEqual({
    times: { plain: none, dcgd: none, dicd: none, gkd: none },
    added: { dcgd: none, dicd: none },
  });
});

test("gkd, the table: S1's steps are no multiples of the plain one", async () => {
  const { derived, markdown } = await part<Bench>("gkd");
  const one = (ours: number, eager: number) => ({ ...of(ours, eager), ratio: 0.5, spread: [0.5, 0.5], memory: { ours_mb: 9, pytorch_mb: 12, ratio: 0.75 }, pytorch: { eager: { ms: eager } }, ...beside }); // prettier-ignore
  const missing = { ...of(null, null), why: "not measured yet" };
  const found = { psae: one(70, 140), plain: one(100, 200), dcgd: missing, dicd: one(150, 400), gkd: missing };
  const said = markdown([{ precision: "float32", by: found, derived: derived(found) }], { machine: { processor: "P", threads: 2 }, batch: 8, size: 128 }); // prettier-ignore
  expect(said.slice(4)).toEqual([
    "| S1 (i): autoencoder of masks | fp32 | 70 | – | 140 | – | – | 0.50 | 0.50…0.50 | 0.80 | yes | 9 / 12 | 0.75 |",
    "| S3, neither: the teacher runs | fp32 | 100 | 1.00 | 200 | – | 1.00 | 0.50 | 0.50…0.50 | – | – | 9 / 12 | 0.75 |",
    "| S3, DICD alone | fp32 | 150 | 1.50 | 400 | – | 2.00 | 0.50 | 0.50…0.50 | 0.80 | yes | 9 / 12 | 0.75 |",
    "",
    "- fp32: DICD adds so many plain steps to S3's: ours 0.50, PyTorch 1.00.",
    "- not measured yet: S3, DCGD alone (fp32), S3, DCGD and DICD (fp32).",
  ]);
});

test("gkd: names and PyTorch's are the same parts, ours are the stages of msan and S3's; docs/performance.md has a place for the table", async () => {
  const all = await names("partNames");
  const stages = msan().stages!({ trained: { teacher: { spec: {} }, student: { spec: {} } }, data: {} } as never);
  expect([...stages.map(({ name }) => name), ...keysOf(read("ours/gkd.mjs"), "const methods = {")]).toEqual(all);
  expect(keysOf(read("pytorch/gkd.py"), "METHODS = {")).toEqual(all);
  expect(read("../docs/performance.md")).toMatch(/<!-- bench gkd -->[^]*<!-- end of bench gkd -->/);
});
