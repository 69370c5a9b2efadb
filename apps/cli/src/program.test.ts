import { expect, test } from "vitest";
import { program } from "./program.js";

test("every command of the first milestones is there, with help", () => {
  const commands = program(() => undefined).commands.map((c) => [c.name(), c.description() !== ""]);
  expect(commands).toEqual(
    ["run", "evaluate", "compare", "predict", "setup", "doctor", "init", "explain", "plugins", "schema", "runs", "models"].map((name) => [
      name,
      true,
    ]),
  );
});
