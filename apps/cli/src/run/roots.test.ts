import { resolve } from "node:path";
import { expect, test } from "vitest";
import { refuseUnused, rootsOf } from "./roots.js";

test("--data names one set's root", () => {
  expect([...rootsOf(["chase-db1=/data/c", "my=x=y"])]).toEqual([
    ["chase-db1", "/data/c"],
    ["my", resolve("x=y")],
  ]);
  expect(() => rootsOf(["chase-db1"])).toThrow("[--data chase-db1] Expected NAME=PATH, for example --data chase-db1=/data/CHASEDB1");
});

test("a root that nothing reads is refused", () => {
  refuseUnused(rootsOf(["folder=/x"]), ["@segdistill/datasets#folder"]);
  expect(() => refuseUnused(rootsOf(["chase=/x"]), ["chase-db1", "stare", "chase-db1"])).toThrow(
    '[--data chase] no data set of the configuration is called "chase". Nearest: "stare". It uses: chase-db1, stare.',
  );
});
