import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { Optimiser } from "../contract/index.js";
import { clip } from "../optimisers/clip.js";
import { groups } from "../optimisers/groups.js";
import { sgd } from "../optimisers/sgd.js";
import { fitting } from "../testing/small.js";
import { trainedTo } from "../testing/trained.js";

await startEngine();

const after = async (optimiser: Optimiser, eager: boolean) => (await trainedTo(fitting({ steps: 1, optimiser }), { eager })).values;
const names = ["fitting/student/w", "fitting/student/b"];
const way = (from: ReadonlyMap<string, readonly number[]>, to: ReadonlyMap<string, readonly number[]>): number[] =>
  names.flatMap((name) => to.get(name)!.map((x, i) => x - from.get(name)![i]!));

test.each([true, false])("the loop clips the whole gradient of all variables together (eager: %s)", async (eager) => {
  const start = await after(sgd({ rate: 0 }), eager);
  const free = way(start, await after(sgd({ rate: 1 }), eager));
  const length = Math.hypot(...free);
  const held = way(start, await after(clip({ norm: length / 4 }, sgd({ rate: 1 })), eager));
  held.forEach((x, i) => expect(x).toBeCloseTo(free[i]! / 4, 5));
});

test.each([true, false])("the loop tells an optimiser the names of variables (eager: %s)", async (eager) => {
  const start = await after(sgd({ rate: 0 }), eager);
  const whole = await after(sgd({ rate: 0.1 }), eager);
  const found = await after(groups({ "student/w": 0 }, sgd({ rate: 0.1 })), eager);
  expect(found.get("fitting/student/w")).toEqual(start.get("fitting/student/w"));
  expect(found.get("fitting/student/b")).toEqual(whole.get("fitting/student/b"));
  expect(whole.get("fitting/student/w")).not.toEqual(start.get("fitting/student/w"));
});
