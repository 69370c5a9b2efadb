import { expect, test } from "vitest";
import { summary } from "./summary.js";

test("after the table: where everything is, and the next command", () => {
  const domain = { cases: [{ id: "a", group: "g", iou: 0.5 }], mean: { iou: 0.5 }, pooled: { iou: 0.5 } };
  const results = {
    data: { own: { fingerprint: "f", cases: 1, groups: 1, unseen: false } },
    models: { distilled: { parameters: 1, macs: 1, trainSeconds: 1, domains: { own: domain } } },
    gains: [],
  };
  expect(summary(results as never, "runs/x", true)).toBe(
    [
      "Everything is done already: configuration, data and code are those of runs/x.",
      "",
      "iou                       own",
      "           1 picture, 1 group",
      "distilled               0.500",
      "",
      "report   runs/x/report.html",
      "results  runs/x/results.json",
      "next     segdistill predict runs/x/students/distilled <picture or folder> -o predictions",
      "",
    ].join("\n"),
  );
});
