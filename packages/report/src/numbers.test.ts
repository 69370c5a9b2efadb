import { expect, test } from "vitest";
import { axisNumber, count, counted, duration, listed, percent, probability, score, signed } from "./numbers.js";

test("scores and differences", () => {
  expect([0.8116, -0.0034, 1].map(score)).toEqual(["0.812", "−0.003", "1.000"]);
  expect([0.0123, -0.0034, 0.00042, -0.00002, 0, -1e-17].map(signed)).toEqual([
    "+0.012",
    "−0.003",
    "+0.0004",
    "−0.00002",
    "0.000",
    "0.000",
  ]);
});

test("sizes and times", () => {
  expect([812, 1940, 403_206, 7_765_442, 12_300_000_000].map(count)).toEqual(["812", "1.94 k", "403 k", "7.77 M", "12.3 G"]);
  expect([8.44, 59.99, 252.2, 3599.7, 7500].map(duration)).toEqual(["8.4 s", "1 min 0 s", "4 min 12 s", "1 h 00 min", "2 h 05 min"]);
});

test("probabilities", () => {
  expect([1, 0.25, 0.0998, 0.0994, 0.0213, 0.00104, 0.0009, 0].map(probability)).toEqual([
    ...["1.00", "0.25", "0.10", "0.099", "0.021", "0.001", "< 0.001", "< 0.001"],
  ]);
});

test("axes, counts, levels, lists", () => {
  expect([0.25, 0, 1200, 3e-5, -0.1, 250_000].map(axisNumber)).toEqual(["0.25", "0", "1200", "3e−5", "−0.1", "2.5e5"]);
  expect([counted(1, "picture"), counted(8, "picture")]).toEqual(["1 picture", "8 pictures"]);
  expect([percent(0.95), percent(0.999)]).toEqual(["95\u00a0%", "99.9\u00a0%"]);
  expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual(["", "a", "a and b", "a, b and c"]);
});
