import { spawnSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEngine } from "@segdistill/backend";
import { afterAll, expect, test } from "vitest";
import { namedVariables } from "../src/keeping.js";
import { adam } from "../src/optimisers/adam.js";
import { folderStore, openRunFolder } from "../src/run-folder/index.js";
import { fitting } from "../src/testing/small.js";
import { temporaryFolder } from "../src/testing/temporary.js";
import { train } from "../src/train.js";

await startEngine();

const disk = temporaryFolder();
/** A disk of 1 MiB: only where this process may mount one. The same with an injected refusal is in train.test.ts, and of single writes in atomic.test.ts. */
const small = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).status === 0;
afterAll(() => {
  if (small) spawnSync("umount", [disk]);
});

/** Trains in a run folder; `fill` is called after every step. The student's bytes. */
async function run(path: string, fill: (step: number) => void): Promise<Record<string, number[]>> {
  const goal = fitting({ steps: 12, optimiser: adam({ rate: 0.1 }) });
  const folder = await openRunFolder(path, { config: { a: 1 }, text: "a: 1\n", split: {} });
  try {
    const store = folderStore(folder);
    const filling: typeof store = {
      ...store,
      step: (stage, record) => {
        store.step(stage, record);
        fill(record.step);
      },
    };
    const trained = await train([goal], { seed: 1, store: filling, checkpointSeconds: 0 });
    const values = Object.fromEntries(
      [...namedVariables([trained.network(goal, "student")])].map(([name, v]) => [name, [...v.dataSync()]]),
    );
    trained.dispose();
    return values;
  } finally {
    folder.close();
  }
}

test.skipIf(!small)(
  "a disk that fills up in the middle of a run: the error says so, and with space it goes on to the same bytes",
  async () => {
    const whole = await run(join(temporaryFolder(), "whole"), () => undefined);
    const ballast = join(disk, "ballast");
    const fill = (step: number): void => {
      if (step !== 5) return;
      const { bsize, bavail } = statfsSync(disk);
      writeFileSync(ballast, Buffer.alloc(bsize * bavail));
    };
    await expect(run(join(disk, "run"), fill)).rejects.toMatchObject({
      code: "file/disk-full",
      exit: 2,
      message: expect.stringContaining("the disk is full (ENOSPC). What stood there before is untouched. Free some space") as string,
    });
    rmSync(ballast);
    const steps: number[] = [];
    expect(await run(join(disk, "run"), (step) => steps.push(step))).toEqual(whole);
    expect(steps).toEqual([5, 6, 7, 8, 9, 10, 11]);
  },
);
