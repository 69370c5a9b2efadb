import { enet, erfnet, fanet, mobileUNet, transunet, uNet } from "@segdistill/models";
import type { NetworkSpec } from "@segdistill/core";
import { describe, expect, test } from "vitest";
import { graphFlow } from "../src/index.js";
import { blobs, distil, supervised } from "./steps.js";

const classes = 2;
const up = { encoder: "encoder/4", decoder: "up/4" };
const quarter = { encoder: "encoder/4", decoder: "decoder/4" };
const teachers: readonly [string, NetworkSpec<string>, typeof quarter][] = [
  ["FANet", fanet({ classes, width: 4 }), up],
  ["U-Net", uNet({ classes, width: 2 }), quarter],
  ["TransUNet", transunet({ classes, size: "small" }), quarter],
];
const students: readonly [string, NetworkSpec<string>][] = [
  ["Mobile U-Net", mobileUNet({ classes })],
  ["ENet", enet({ classes })],
  ["ERFNet", erfnet({ classes })],
];
const whole = (teacher = quarter) =>
  graphFlow<string, string>({ pairs: [{ student: quarter, teacher }], paraphraser: { epochs: 1 }, adversarial: { width: 2 } });

describe("every teacher with every student, pictures of 64 × 96", () => {
  const all = teachers.flatMap(([t, teacher, taps]) => students.map(([s, student]) => [`${t} → ${s}`, teacher, student, taps] as const));
  test.each(all)("%s", async (_, teacher, student, taps) => {
    const { steps, events } = await distil({ teacher, student, methods: [supervised(), whole(taps)], steps: 1, eager: true });
    const last = steps.at(-1)!;
    expect(Object.keys(last.record.terms)).toEqual([
      "supervised/ce",
      "graph-flow/vertex",
      "graph-flow/edge",
      "graph-flow/adversarial",
      "graph-flow/logits",
      "graph-flow/discriminator",
    ]);
    expect(Object.values(last.record.terms).every(({ raw }) => Number.isFinite(raw) && raw !== 0)).toBe(true);
    expect(events.filter(({ event }) => event.event === "finished").map(({ stage }) => stage)).toEqual([
      "teacher",
      `paraphrasers-encoder4-${taps.decoder.replace("/", "")}-1epochs`,
      "distilled",
    ]);
  });
});

test("labels of unlabelled pictures change nothing, deleted or other ones", async () => {
  const of = async (other: number) => {
    const data = blobs({ labelled: [1, 0], other });
    const { steps } = await distil({
      teacher: teachers[1]![1],
      student: students[0]![1],
      methods: [supervised(), whole()],
      data,
    });
    return steps.filter(({ stage }) => stage === "distilled").map(({ record }) => record.terms);
  };
  const [none, wrong] = [await of(255), await of(1)];
  expect(none.length).toBe(2);
  expect(none).toEqual(wrong);
});
