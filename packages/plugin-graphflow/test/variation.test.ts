import { compile, startEngine } from "@segdistill/backend";
import { hasBfloat16 } from "@segdistill/backend/library";
import { failedChecks, gradcheck } from "@segdistill/core/testing";
import { randomNormal, randomUniform, type Tensor4D } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { checks } from "./checks.js";
import { flow, type Asked } from "./flow.js";
import { wrongFlow, wrongs } from "./wrong-variants.js";

await startEngine();

describe("Graph Flow's losses", () => {
  test.each(Object.entries(checks))("%s", (_, check) => check(flow));
});

test("the second implementation passes all that ours passes", () => expect(failedChecks(checks, wrongFlow("nothing"))).toEqual([]));

test.each(wrongs)("%s: a check tells", (wrong) => {
  // without the fixture of PyTorch, hand-worked numbers and properties tell all but one, which only shows where a channel is flat
  const mayTell =
    wrong === "the last of equal maxima"
      ? checks
      : Object.fromEntries(Object.entries(checks).filter(([name]) => !name.includes("PyTorch")));
  expect(failedChecks(mayTell, wrongFlow(wrong), 1)).not.toEqual([]);
});

test("central differences of every reading and part", async () => {
  const maps = [1, 2, 3, 4].map((seed): Tensor4D => randomNormal([2, 5, 6, 3], 0, 1, "float32", seed));
  for (const reading of ["R1", "R2", "R3"] as const)
    for (const of of ["vertex", "edge"] as const) {
      const asked: Asked = { reading, of, patch: 3, border: "clamp" };
      const [encoder, decoder] = [maps[2]!, maps[3]!];
      await gradcheck((a, b) => flow(asked, { encoder: a as Tensor4D, decoder: b as Tensor4D }, { encoder, decoder }), maps.slice(0, 2));
    }
});

test.skipIf(!hasBfloat16())("in a bfloat16 step the losses are float32's", () => {
  // positive maps: edges are large, and differ by less than bfloat16's steps there
  const maps = [1, 2, 3, 4].map((seed): Tensor4D => randomUniform([2, 9, 11, 24], 1, 2, "float32", seed));
  for (const reading of ["R1", "R2", "R3"] as const)
    for (const of of ["vertex", "edge"] as const) {
      const found = (["float32", "bfloat16"] as const).map((precision) => {
        const step = compile(
          (a, b, c, d) => [
            flow(
              { reading, of, patch: 3, border: "zero" },
              { encoder: a as Tensor4D, decoder: b as Tensor4D },
              { encoder: c as Tensor4D, decoder: d as Tensor4D },
            ),
          ],
          { precision },
        );
        const value = step.runSync(...maps)[0]!.dataSync()[0]!;
        step.dispose();
        return value;
      });
      expect(Math.abs(found[1]! / found[0]! - 1), `${reading} ${of}`).toBeLessThan(1e-4);
    }
});
