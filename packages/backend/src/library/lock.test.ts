import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { withLock } from "./lock.js";
import { emptyFolder, failure } from "./testing/test-machine.js";

test("many at once who all find a dead process's lock: never two inside, each gets its turn", async () => {
  const path = join(emptyFolder(), "lock");
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(path, `${pid} ${hostname()} 1-1`);
  let inside = 0;
  let most = 0;
  const turns = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      withLock(path, async () => {
        most = Math.max(most, ++inside);
        await wait(3);
        inside--;
        return i;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(turns).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(existsSync(path)).toBe(false);
  expect(existsSync(`${path}.clearing`)).toBe(false);
});

test("a holder on another computer is dead when it shows no sign of life", async () => {
  const path = join(emptyFolder(), "lock");
  writeFileSync(path, "1 another-computer 1-1");
  const waits: string[] = [];
  const line = await withLock(path, () => Promise.resolve(readFileSync(path, "utf8")), {
    deadMs: 300,
    waiting: (holder) => waits.push(holder),
  });
  expect(line.split(" ").slice(0, 2)).toEqual([String(process.pid), hostname()]);
  expect(waits).toEqual(["process 1 on another-computer"]);
});

test("who dies while clearing does not block the others", async () => {
  const path = join(emptyFolder(), "lock");
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(path, `${pid} ${hostname()} 1-1`);
  writeFileSync(`${path}.clearing`, `${pid} ${hostname()} 2-1`);
  expect(await withLock(path, () => Promise.resolve("in"))).toBe("in");
});

test("the lock is given back when the work fails; a lock that has become another's is left alone", async () => {
  const path = join(emptyFolder(), "lock");
  const reason = new Error("failed");
  expect(await failure(withLock(path, () => Promise.reject(reason)))).toBe(reason);
  expect(existsSync(path)).toBe(false);
  await withLock(path, async () => writeFile(path, "7 elsewhere 1-1"));
  expect(readFileSync(path, "utf8")).toBe("7 elsewhere 1-1");
});

test("waiting can be stopped", async () => {
  const path = join(emptyFolder(), "lock");
  writeFileSync(path, `${process.pid} ${hostname()} 1-1`);
  const stop = new AbortController();
  const waited = withLock(path, () => Promise.resolve(), { signal: stop.signal, waiting: () => stop.abort() });
  expect((await failure(waited)).message).toBe("The operation was aborted");
  expect(existsSync(path)).toBe(true);
});
