import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

// What a bench computes from times; the times themselves are no test's affair.
const part = async <T>(name: string): Promise<T> => (await import(new URL(`../bench/${name}.mjs`, import.meta.url).href)) as T;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "segdistill-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Found {
  readonly ms?: readonly number[];
  readonly peakMb?: number;
  readonly firstSeconds?: number;
  readonly parameters?: number;
  readonly cpuMs?: number;
  readonly turns?: boolean;
  readonly why?: string;
}
type Runs = Record<string, Found[]>;
interface Contest {
  readonly alternating: (contestants: Record<string, () => Promise<Found>>, more: object) => Promise<Runs>;
  readonly byTurns: (
    contestants: Record<string, (how: (command: string, args: readonly string[]) => Promise<Found>) => Promise<Found>>,
    more: object,
  ) => Promise<Runs>;
  readonly compared: (found: Runs) => unknown;
}
const run = (ms: readonly number[], peakMb: number, firstSeconds = 1, parameters = 7): Found => ({
  ms,
  peakMb,
  firstSeconds,
  parameters,
  cpuMs: 1,
});

test("by hand: the least step of each round, the median over rounds, against PyTorch's faster mode", async () => {
  const { compared } = await part<Contest>("contest");
  const found = {
    ours: [run([9, 8], 100, 3), run([6, 7], 120, 5), run([10, 10], 90, 4)], // 8, 6, 10
    eager: [run([10, 12], 200), run([11, 10], 210), run([20, 16], 190)], // 10, 10, 16
    compile: [run([11], 300), run([12], 300), run([13], 300)],
  };
  expect(compared(found)).toEqual({
    ours_ms: 8,
    pytorch_ms: 10,
    ratio: 0.8,
    spread: [0.6, 0.8],
    memory: { ours_mb: 120, pytorch_mb: 210 },
    first_s: 4,
    pytorch: { eager: { ms: 10, mb: 210, first_s: 1 }, compile: { ms: 12, mb: 300, first_s: 1 } },
  });
  expect(compared({ ours: found.ours, eager: found.eager, compile: [] })).toMatchObject({ ratio: null, why: "PyTorch (compile) has not run yet" }); // prettier-ignore
  expect(compared({ ...found, compile: [{ why: "no compiler" }] })).toMatchObject({ ratio: 0.8 });
  expect(() => compared({ ...found, eager: [run([1], 1, 1, 8)] })).toThrow("internal: our network has 7 parameters, its PyTorch twin 8.");
});

test("by hand: by turns a round's ratio is the median of its turns' own, and the ratio the median over rounds", async () => {
  const { compared } = await part<Contest>("contest");
  const turns = (ms: readonly number[]): Found => ({ ...run(ms, 1), turns: true });
  const found = {
    ours: [turns([8, 16, 9]), turns([5, 5, 20]), turns([7, 7, 7])],
    eager: [turns([10, 20, 9]), turns([10, 10, 10]), turns([10, 10, 10])], // 0.8, 0.8, 1; 0.5, 0.5, 2; 0.7, 0.7, 0.7
    compile: [turns([11, 11, 11]), turns([11, 11, 11]), turns([11, 11, 11])],
  };
  expect(compared(found)).toMatchObject({ ours_ms: 7, pytorch_ms: 10, ratio: 0.7, spread: [0.5, 0.8] });
});

test("step by step in turn: one computes at a time, each its first step alone, the first of a turn last in the next; who fails is out", async () => {
  const { byTurns } = await part<Contest>("contest");
  const silent = vi.spyOn(console, "error").mockReturnValue();
  const file = join(folder, "turns.txt");
  // a process of three steps, which says when each begins and ends; asked to fail it does so in its second step
  const program = `
    import { appendFileSync } from "node:fs";
    import { pace } from ${JSON.stringify(new URL("../bench/ours/pace.mjs", import.meta.url).href)};
    const [name, fails] = process.argv.slice(1);
    const paced = pace({ warmUp: 1, steps: 2, started: 0 });
    for (let k = 1, done = false; !done; k++) {
      appendFileSync(${JSON.stringify(file)}, name + k + "(");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      if (fails && k === 2) throw new TypeError("no room");
      appendFileSync(${JSON.stringify(file)}, ")");
      done = paced.last(k);
    }
    console.log(JSON.stringify({ ...paced.found(), cpuMs: 1, peakMb: 1 }));`;
  const one =
    (name: string, ...more: string[]) =>
    (how: (command: string, args: readonly string[]) => Promise<Found>): Promise<Found> =>
      how(process.execPath, ["--input-type=module", "-e", program, name, ...more]);
  const found = await byTurns({ a: one("a"), b: one("b"), c: one("c", "fails") }, { title: "t", rounds: 2 });
  silent.mockRestore();
  expect(readFileSync(file, "utf8")).toBe("a1()b1()c1()a2()b2()c2(b3()a3()" + "a1()b1()a2()b2()b3()a3()");
  const done = { ms: [2, 3], cpuMs: 1, peakMb: 1, firstSeconds: expect.any(Number) as number, turns: true };
  expect(found).toEqual({ a: [done, done], b: [done, done], c: [{ why: "TypeError: no room", turns: true }] });
});

test("contestants take turns, go on where they were, and what failed before is tried anew", async () => {
  const { alternating } = await part<Contest>("contest");
  const silent = vi.spyOn(console, "error").mockReturnValue();
  const order: string[] = [];
  const one =
    (name: string, result: Found = run([1], 1)) =>
    (): Promise<Found> => {
      order.push(name);
      return Promise.resolve(result);
    };
  const found: Runs = { ours: [run([5], 1)], eager: [{ why: "no room" }] };
  const keep = vi.fn();
  const contestants = { ours: one("ours"), eager: one("eager"), compile: one("compile", { why: "no compiler" }), tfjs: one("tfjs") };
  await alternating(contestants, { title: "t", rounds: 2, once: ["tfjs"], found, keep, load: 0.5 });
  silent.mockRestore();
  expect(order).toEqual(["eager", "compile", "tfjs", "ours", "eager"]);
  expect(keep).toHaveBeenCalledTimes(5);
  expect(Object.entries(found).map(([name, all]) => [name, all.length])).toEqual([["ours", 2], ["eager", 2], ["compile", 1], ["tfjs", 1]]); // prettier-ignore
  expect(found["ours"]).toEqual([run([5], 1), { ...run([1], 1), load: 0.5 }]);
});

test("a process stops when its time is over, not before two steps that count", async () => {
  interface Pace {
    readonly begins: () => void;
    readonly last: (ms: number) => boolean;
    readonly found: () => { readonly ms: readonly number[]; readonly firstSeconds: number; readonly cpuMs: number };
  }
  const { pace } = await part<{ readonly pace: (options: object) => Pace }>("ours/pace");
  const told = (options: object, all: readonly number[]): readonly boolean[] => {
    const paced = pace(options);
    return all.map((ms) => paced.last(ms));
  };
  expect(told({ warmUp: 2, steps: 3 }, [1, 1, 1, 1, 1])).toEqual([false, false, false, false, true]);
  // 16 s of 30 are enough to be warm; the second step that counts is over the time
  expect(told({ warmUp: 2, steps: 6, seconds: 30 }, [16_000, 20_000, 20_000])).toEqual([false, false, true]);
  expect(told({ warmUp: 0, steps: 6, seconds: 1 }, [5000, 5000])).toEqual([false, true]);

  // what is told of them: the time to the first step, counting or not, and processor time of the steps that count
  const clock = vi.spyOn(Date, "now").mockReturnValue(10_000);
  const processor = vi.spyOn(process, "cpuUsage").mockReturnValue({ user: 0, system: 0 });
  const paced = pace({ warmUp: 1, steps: 2, started: 6000 });
  for (const [k, ms] of [7, 5, 3].entries()) {
    processor.mockReturnValue({ user: 1000 * k, system: 2000 * k });
    paced.begins();
    clock.mockReturnValue(10_000 + 1000 * k);
    paced.last(ms);
  }
  processor.mockReturnValue({ user: 20_000, system: 3000 });
  expect(paced.found()).toMatchObject({ ms: [5, 3], firstSeconds: 4, cpuMs: 10 }); // (23 − 3)/2
  for (const spy of [clock, processor]) spy.mockRestore();
});

test("by hand: the slope through points", async () => {
  const { slope } = await part<{ readonly slope: (points: readonly (readonly number[])[]) => number }>("long");
  expect(slope([[0, 1], [10, 22], [20, 39], [30, 62]])).toBeCloseTo(2, 6); // prettier-ignore
});

test("a table goes between its lines, as prettier has it, again and again; a file without them is refused", async () => {
  interface Pages {
    readonly tableOf: (head: readonly string[], rows: readonly (readonly unknown[])[], left?: number) => readonly string[];
    readonly writeBetween: (file: string, name: string, lines: readonly string[]) => Promise<void>;
  }
  const { tableOf, writeBetween } = await part<Pages>("markdown");
  const file = join(folder, "page.md");
  writeFileSync(file, "before\n\n<!-- bench x -->\n\nold\n\n<!-- end of bench x -->\n\nafter\n");
  for (const rows of [[["a", 1]], [["twenty", 0.5], ["b", "–"]]]) // prettier-ignore
    await writeBetween(file, "bench x", tableOf(["net", "ms"], rows));
  const table = ["| net    |  ms |", "| ------ | --: |", "| twenty | 0.5 |", "| b      |   – |"];
  expect(readFileSync(file, "utf8").split("\n")).toEqual(["before", "", "<!-- bench x -->", "", ...table, "", "<!-- end of bench x -->", "", "after", ""]); // prettier-ignore
  await expect(writeBetween(file, "bench y", [])).rejects.toThrow(
    `[bench] --markdown ${file}: expected the lines "<!-- bench y -->" and "<!-- end of bench y -->", found no first one.`,
  );
  const page = readFileSync(new URL("../docs/performance.md", import.meta.url), "utf8");
  for (const name of ["peak", "all", "memory"]) expect(page).toMatch(new RegExp(`<!-- bench ${name} -->[^]*<!-- end of bench ${name} -->`));
});

test("the table of all networks says how many rounds each has and under what load: its rows come of several benches", async () => {
  const { markdown } = await part<{ readonly markdown: (rows: readonly object[], more: object) => readonly string[] }>("markdown");
  const row = (net: string, one: object): object => ({ net, mode: "predict", precision: "float32", one });
  const rows = [
    row("enet", { ours_ms: 63.2, ratio: 0.681, spread: [0.57, 0.84], aim: 0.9, met: true, memory: { ours_mb: 551, pytorch_mb: 887, ratio: 0.62 }, first_s: 1.9, pytorch: { eager: { ms: 122, first_s: 2.1 } }, rounds: 2, load: 0.1 }), // prettier-ignore
    row("erfnet", { why: "no room", rounds: 3, load: 1.8 }),
    row("fanet", { why: "not measured yet" }),
  ];
  const said = markdown(rows, { machine: { processor: "P", threads: 2, load: 9 }, batch: 4, size: 64 });
  expect(said[0]).toBe("P, 2 threads, 4 pictures of 64 × 64 × 1, 2 classes; rounds: 2 to 3; load when their benches began: 0.1 to 1.8.");
  expect(said.slice(4)).toEqual([
    "| ENet | prediction | fp32 | 63 | 122 | – | 0.68 | 0.57…0.84 | 0.90 | yes | 551 / 887 | 0.62 | 1.9 / 2.1 / – | – |",
    "| ERFNet | prediction | fp32 | – | – | – | – | – | – | – | – | – | – | – |",
    "",
    "- ERFNet (prediction, fp32): no room.",
    "- not measured yet: FANet (prediction, fp32).",
  ]);
});

test("results are kept in a file, and not mixed with those of another machine", async () => {
  interface Kept {
    readonly of: (key: string) => Runs;
    readonly save: () => void;
    readonly forget: (key: string) => void;
  }
  const { openResults } = await part<{ readonly openResults: (path: string, settings: object) => Kept }>("results");
  const file = join(folder, "below", "results.json");
  const first = openResults(file, { threads: 2 });
  first.of("u-net/train/fp32")["ours"] = [run([1], 2)];
  first.of("enet/train/fp32")["ours"] = [run([3], 4)];
  first.save();
  const second = openResults(file, { threads: 2 });
  second.forget("enet/train/fp32");
  expect([second.of("u-net/train/fp32"), second.of("enet/train/fp32")]).toEqual([{ ours: [run([1], 2)] }, {}]);
  expect(() => openResults(file, { threads: 4 })).toThrow(
    `[bench] ${file}: expected results of {"threads":4}, found results of {"threads":2}. Name another file with --results.`,
  );
});
