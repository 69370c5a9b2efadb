import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderOwner, type EventLog } from "@segdistill/core";
import { afterAll, expect, test, vi } from "vitest";
import type { ResolvedRun } from "./resolve-run.js";
import { runSeed } from "./run-seed.js";

vi.mock("@segdistill/backend", async (original) => ({
  ...(await original<object>()),
  startEngine: () => Promise.reject(new Error("no engine")),
}));
vi.mock("./code.js", () => ({ originsOf: () => ({}), versionsOf: () => ({}), engineOrigins: () => ({}) }));
let closing: () => void = () => undefined;
vi.mock("../tensorboard/board.js", () => ({
  withTensorBoard: (log: EventLog): EventLog => ({
    ...log,
    close: () => {
      log.close();
      closing();
    },
  }),
}));

const top = mkdtempSync(join(tmpdir(), "segdistill-run-seed-"));
afterAll(() => rmSync(top, { recursive: true }));
const part = { cases: [], set: { fingerprint: () => Promise.resolve("f") } };
const run = { folder: top, config: { name: "a" }, data: { train: part, test: {} } } as unknown as ResolvedRun;
const show = { say: () => undefined, doing: () => undefined, close: () => undefined } as never;
const begin = (path: string): Promise<unknown> =>
  runSeed(run, { seed: 0, path, resume: false, alike: [], show, signal: new AbortController().signal, library: () => Promise.resolve() });

test("the folder is given back whatever happens: where the run fails, and where what is closed before it does", async () => {
  await expect(begin(join(top, "a"))).rejects.toThrow("no engine");
  expect(folderOwner(join(top, "a"))).toBe(null);
  closing = () => {
    throw new Error("EBADF: bad file descriptor, close");
  };
  await expect(begin(join(top, "b"))).rejects.toThrow("EBADF: bad file descriptor, close");
  expect(folderOwner(join(top, "b"))).toBe(null);
});
