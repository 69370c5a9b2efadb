import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import { checks } from "./checks.js";
import { ours } from "./msan.js";
import { wrongMsan, wrongs } from "./wrong-variants.js";

await startEngine();

describe("MSAN", () => {
  test.each(Object.entries(checks))("%s", (_, check) => check(ours));
});

/** The first check that an implementation fails at; hand-worked numbers and properties alone, or all of them. */
const failure = (wrong: Parameters<typeof wrongMsan>[0], all: boolean): string | undefined =>
  Object.keys(checks).find((name) => {
    if (!all && name.includes("PyTorch")) return false;
    try {
      checks[name]!(wrongMsan(wrong));
      return false;
    } catch {
      return true;
    }
  });

test("the second implementation passes all that ours passes", () => expect(failure("nothing", true)).toBeUndefined());

test.each(wrongs)("%s: a check tells", (wrong) => expect(failure(wrong, false)).toBeDefined());
