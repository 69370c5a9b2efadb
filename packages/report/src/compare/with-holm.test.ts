import { expect, test } from "vitest";
import { modelOf, oneGroupAfterTheOther, resultsOf, scoresOf } from "../../test/compared-runs.js";
import { compareUncorrected } from "./compare.js";
import { withHolm, type Uncorrected } from "./with-holm.js";

/** A comparison of students that differ from their baseline in all of so many groups: p is 2 / 2^groups; of none: nothing is tested. */
const of = (...groups: readonly number[]): Uncorrected =>
  compareUncorrected(
    groups.map((many, i) => ({
      label: `run ${i}`,
      seeds: [
        resultsOf({
          baseline: modelOf({ own: scoresOf([1, 1, 1, 1, 1, 1]) }),
          distilled: modelOf({ own: scoresOf([2, 3, 4, 5, 6, 7].map((dice, g) => (g < many ? dice : 1))) }),
        }),
      ],
    })),
    { draw: oneGroupAfterTheOther(6) },
  );
const found = ({ domains }: Uncorrected) =>
  domains.flatMap(({ rows }) => rows.flatMap(({ run, difference }) => (difference ? [[run, difference.p, difference.pHolm]] : [])));

test("before: no row is corrected, and nothing says over how many", () => {
  expect(found(of(6, 0))).toEqual([
    ["run 0", 1 / 32, null],
    ["run 1", null, null],
  ]);
  expect(Object.keys(of(6))).toEqual(["metric", "level", "against", "runs", "domains", "cautions"]);
});

test("over the rows of one table; what was not tested does not count and stays null", () => {
  expect(withHolm([of(4, 0, 6)]).map((one) => [one.tests, found(one)])).toEqual([
    [
      2,
      [
        ["run 0", 1 / 8, 1 / 8],
        ["run 1", null, null],
        ["run 2", 1 / 32, 2 / 32],
      ],
    ],
  ]);
});

test("over the rows of several tables together: each stays as it is but for pHolm and tests", () => {
  const [one, other] = [of(5, 0), of(4, 6)];
  const corrected = withHolm([one, other]);
  // in growing order 1/32 · 3, 1/16 · 2, 1/8 · 1: none below the one before it
  expect(corrected.map((table) => [table.tests, found(table)])).toEqual([
    [
      3,
      [
        ["run 0", 1 / 16, 2 / 16],
        ["run 1", null, null],
      ],
    ],
    [
      3,
      [
        ["run 0", 1 / 8, 2 / 16],
        ["run 1", 1 / 32, 3 / 32],
      ],
    ],
  ]);
  const bare = ({ domains, ...rest }: Uncorrected) => ({
    ...rest,
    domains: domains.map((domain) => ({
      ...domain,
      rows: domain.rows.map((row) => ({ ...row, difference: row.difference && { ...row.difference, pHolm: null } })),
    })),
  });
  expect(corrected.map(bare)).toEqual([one, other].map((table) => ({ ...table, tests: 3 })));
});

test("of nothing: nothing; a table in which nothing is compared is corrected over none", () => {
  expect(withHolm([])).toEqual([]);
  const alone = compareUncorrected([{ label: "a", seeds: [resultsOf({ distilled: modelOf({ own: scoresOf([1, 2]) }) })] }], {
    draw: oneGroupAfterTheOther(2),
  });
  expect(withHolm([alone])).toEqual([{ ...alone, tests: 0 }]);
});
