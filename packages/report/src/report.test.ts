import { expect, test } from "vitest";
import { exampleInput } from "../test/example-input.js";
import { refusal } from "../test/refusal.js";
import { report } from "./report.js";

const input = exampleInput();
const page = report(input);
/** Without pictures and masks: their letters say nothing. */
const text = page.replace(/base64,[^"]*/g, "");
const missing = (of: string, parts: readonly string[]): readonly string[] => parts.filter((part) => !of.includes(part)); // a page is too long for a message

test("the page is self-contained and small: nothing is loaded, no script runs", () => {
  expect(text.match(/(src|href)="https?:\/\//)).toBe(null);
  expect(text.match(/url\((?!#)/)).toBe(null);
  expect(text.match(/<script|<iframe|@import|\son[a-z]+="/i)).toBe(null);
  expect(missing(text, ["content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\""])).toEqual([]);
  expect(page.length).toBeLessThan(600_000);
});

test("text from outside stays text everywhere: names of run and sets, case ids, variables, configuration", () => {
  const hostile = report(exampleInput(true));
  expect(hostile.match(/<script|<img|(src|href)="https?:/)).toBe(null);
  expect(hostile.match(/&lt;script&gt;document\.title = &quot;taken&quot;&lt;\/script&gt;/g)!.length).toBeGreaterThan(20);
});

test("the same input gives the same text; every id is there once, every reference has its id", () => {
  expect(report(exampleInput()) === page).toBe(true);
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
  expect(new Set(ids).size).toBe(ids.length);
  const references = [...page.matchAll(/(?:href="#|url\(#)([^")]+)/g)].map(([, id]) => id!);
  const labelled = [...page.matchAll(/aria-labelledby="([^"]+)"/g)].flatMap(([, list]) => list!.split(" "));
  expect([...references, ...labelled].filter((id) => !ids.includes(id))).toEqual([]);
  expect(references.length).toBeGreaterThan(50);
});

test("a dot for every picture of every model, and for every difference", () => {
  const dots = page.match(/<circle cx=/g)!.length;
  expect(dots).toBe(2 * 16 * 4 + 2 * 16); // sets × pictures × models, and the differences of both sets
});

test("what is null has its reason beside it; unseen sets are marked; pictures and groups are counted", () => {
  const wanted = [
    "no value could be computed (16 null)",
    "a person, not a network",
    'other-camera <span class="badge">unseen</span>',
    "16 pictures of 8 groups.",
    "Seed 0. One seed is too few (fewer than 3): how much another seed would change is not known.",
    "up to 1.31 GB of memory",
  ];
  expect(missing(text, wanted)).toEqual([]);
  expect(text.match(/NaN|undefined|Infinity|null(?!\))/g)).toBe(null);
});

test("the words gain and improve stand nowhere on a page whose intervals all include 0", () => {
  const gains = input.results.gains.map((row) => (row.low === null ? row : { ...row, low: -1, high: 1 }));
  const words = report({ ...input, results: { ...input.results, gains } })
    .replace(/<style>[^]*?<\/style>/, "")
    .replace(/<[^>]*>/g, " ");
  expect(words.match(/.{30}(\bgain|improv).{30}/gi)).toBe(null);
  expect(words.match(/no difference found/gi)!.length).toBeGreaterThan(8);
  const found = report({
    ...input,
    results: { ...input.results, gains: gains.map((row) => (row.low === null ? row : { ...row, low: 0.1 })) },
  });
  expect(found.includes("the gain is")).toBe(true);
});

test("the summary of several seeds says how interval and p can disagree, that of one seed does not", () => {
  const summaryOf = (of: string): string => /<section id="summary"[^]*?<\/section>/.exec(of)![0];
  const sentence = "p holds the seeds fixed and the interval draws them too, so the two can disagree.";
  const seeded = (metric: string): string => {
    const gains = input.results.gains.map((row) => (row.metric === metric ? { ...row, seeds: 3 } : row));
    return report({ ...input, results: { ...input.results, seeds: [0, 1, 2], gains } });
  };
  const several = seeded("dice");
  expect(missing(summaryOf(several), ["Wilcoxon p ", ` ${sentence} The baseline is `])).toEqual([]);
  expect(several.split(`${sentence}</span></caption>`).length - 1).toBe(2); // and over the table of each test set
  expect(summaryOf(seeded("iou")).includes(sentence)).toBe(false); // the summary shows Dice
  expect(page.includes(sentence)).toBe(false);
});

test("without pictures, curves, gains and scores there is still a page that says what is missing", () => {
  const { baseline, ...models } = input.results.models;
  const results = { ...input.results, models, gains: [] };
  const bare = report({ ...input, results, curves: [], shown: {} });
  expect(baseline).toBeDefined();
  const wanted = [
    "No baseline was trained, so this run cannot say whether distillation helped.",
    "There is nothing to compare with: no baseline was measured on this set.",
    "Without a curve here: teacher, baseline and distillation.",
  ];
  expect(missing(bare, wanted)).toEqual([]);
  expect(bare.includes('id="pictures"')).toBe(false);
});

test("a picture that would be loaded from outside is refused", () => {
  const shown = { phantoms: [{ ...input.shown["phantoms"]![0]!, picture: "https://example.org/a.png" }] };
  const { id } = shown.phantoms[0]!;
  const message = `[report] the picture of case "${id}" begins with "https://example.org/a.pn". Expected a data URL (data:image/png, jpeg or webp; base64): the page loads nothing from outside. Encode the picture first.`;
  expect(() => report({ ...input, shown })).toThrow(refusal("report-picture", message));
});

test("that a run went on after a change of machine stands in its environment, and only then", () => {
  expect(page.includes("Not bit-exact")).toBe(false);
  const environment = { ...input.results.environment, notBitExact: ["threads 2 → 4", "TensorFlow 2.21.0 → 2.22.0"] };
  const noted = report({ ...input, results: { ...input.results, environment } });
  expect(
    missing(noted, ["<dt>Not bit-exact</dt><dd>the run went on after a change: threads 2 → 4; TensorFlow 2.21.0 → 2.22.0</dd>"]),
  ).toEqual([]);
});

test("GPUs stand in the environment of a run that computed on them, and only then", () => {
  expect(page.includes("<dt>GPU</dt>")).toBe(false);
  const environment = { ...input.results.environment, gpus: ["NVIDIA A10", "NVIDIA H100"] };
  const onGpus = report({ ...input, results: { ...input.results, environment } });
  expect(missing(onGpus, ["<dt>GPU</dt><dd>NVIDIA A10, NVIDIA H100</dd>"])).toEqual([]);
});
