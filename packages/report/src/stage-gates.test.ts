import type { StageResults } from "@segdistill/core";
import { expect, test } from "vitest";
import { gatesOf, gatesTable, gateWarning } from "./stage-gates.js";

const close = { name: "m/close", value: 0.123456, passed: true };
const stable = { name: "m/<stable>", value: -20, passed: false };

test("a warning names the gates that did not pass, with their values; nothing where all passed", () => {
  expect(gateWarning([close])).toBe(null);
  expect(gateWarning([close, stable])).toBe(
    "gate m/<stable> (value −20) did not pass. It only warns: what builds on this stage was trained all the same.",
  );
  expect(gateWarning([stable, { ...close, value: null, passed: false }])).toBe(
    "gates m/<stable> (value −20) and m/close (value not defined) did not pass. They only warn: what builds on this stage was trained all the same.",
  );
});

test("a gate that says what to do is quoted; a share is explained in the caption", () => {
  const share = { name: "m/t/share", value: 0.004, passed: false, warning: "[m/t] expected 5 %. Raise it." };
  expect(gateWarning([share])).toBe(
    "gate m/t/share (value 0.004) did not pass. It only warns: what builds on this stage was trained all the same. [m/t] expected 5 %. Raise it.",
  );
  expect(gateWarning([stable, share, share])).toBe(
    "gates m/<stable> (value −20), m/t/share (value 0.004) and m/t/share (value 0.004) did not pass. They only warn: what builds on this stage was trained all the same. [m/t] expected 5 %. Raise it. [m/t] expected 5 %. Raise it.",
  );
  expect(gatesTable("a", [close, share])!.html).toContain(
    "<caption><span>Gates of a: conditions on what it trained, measured over its validation data (its own data where it has none). A share: of a term against another, over the first epoch of training.</span>",
  );
});

test("the table, whole: name, value, outcome in a word; the warning before it", () => {
  const caption = "Gates of a: conditions on what it trained, measured over its validation data (its own data where it has none).";
  expect(gatesTable("a", [close, stable])!.html).toBe(
    '<p class="warning"><b>Warning:</b> gate m/&lt;stable&gt; (value −20) did not pass. It only warns: what builds on this stage was trained all the same.</p>' +
      `<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption><span>${caption}</span></caption>` +
      '<thead><tr><th scope="col">Gate</th><th scope="col">Value</th><th scope="col" class="text">Outcome</th></tr></thead><tbody>' +
      '<tr><th scope="row">m/close</th><td>0.1235</td><td class="text">passed</td></tr>' +
      '<tr><th scope="row">m/&lt;stable&gt;</th><td>−20</td><td class="text"><span class="loss">not passed</span></td></tr></tbody></table></div>',
  );
  expect(gatesTable("a", [close])!.html).not.toContain("Warning");
  expect(gatesTable("a", [])).toBe(null);
});

test("the results' gates come first, the events' where the results list none", () => {
  const told = { end: null, best: null, measured: null, gates: [close], skipped: { count: 0, examples: [] }, gradients: null };
  const results: StageResults = { name: "a", steps: 1, seconds: 1, reused: true };
  expect(gatesOf(told, null)).toEqual([close]);
  expect(gatesOf(told, { ...results, gate: { passed: true, dice: 0.7 } })).toEqual([close]);
  expect(
    gatesOf(told, {
      ...results,
      gate: {
        passed: false,
        gates: [{ ...stable, warning: "w" }, { ...close, warning: 3 }, "?", null, { name: "m/none", value: null, passed: true }],
      },
    }),
  ).toEqual([{ ...stable, warning: "w" }, close, { name: "m/none", value: null, passed: true }]);
  expect(gatesOf(null, results)).toEqual([]);
});
