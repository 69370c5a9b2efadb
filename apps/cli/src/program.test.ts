import { expect, test, vi } from "vitest";
import { main, program } from "./program.js";

test("every command of the first milestones is there, with help", () => {
  const commands = program(() => undefined).commands.map((c) => [c.name(), c.description() !== ""]);
  expect(commands).toEqual(
    [
      "run",
      "evaluate",
      "compare",
      "reproduce",
      "predict",
      "setup",
      "doctor",
      "init",
      "explain",
      "profile",
      "frechet",
      "plugins",
      "schema",
      "runs",
      "models",
    ].map((name) => [name, true]),
  );
});

test("a name from outside cannot steer the terminal through a message", async () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    expect(await main(["run", "no\u001b[2Jthere\u009b.yaml"])).toBe(2);
    expect(write.mock.calls.map(([text]) => text)).toEqual([
      "[no\ufffd[2Jthere\ufffd.yaml] There is no such file. Give the path of a configuration: segdistill run examples/quickstart.yaml\n",
    ]);
  } finally {
    write.mockRestore();
  }
});
