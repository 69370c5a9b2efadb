import { squaredDifference, tensor2d, tensor4d } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { meanOver, scope, type Method, type Module } from "@segdistill/core";
import type { Built, CheckedMethod, Offer } from "@segdistill/core/contract";
import { describeMethod, expectClose } from "@segdistill/core/testing";
import { describe, expect, it } from "vitest";
import { alignment, type Alignment } from "./index.js";
import { linearAlignment } from "./testing/index.js";

await startEngine();

/** The student's latent vectors against the teacher's, and its bottleneck against the teacher's vectors decoded by its own aligner. */
const latents = (): Method<"latents", { teacher: never; student: never }> => ({
  name: "latents",
  options: {},
  wants: { teacher: [], student: [] },
  uses: [alignment],
  build: ({ use }) => {
    const aligned = use(alignment);
    return {
      terms: [
        {
          name: "vector",
          loss: ({ net, pass }) => {
            const of = (role: "teacher" | "student") => aligned[role].encode(net[role].encoding.bottleneck, pass);
            return meanOver(squaredDifference(of("student"), of("teacher")));
          },
        },
        {
          name: "exchanged",
          loss: ({ net: { teacher, student }, pass }) =>
            meanOver(
              squaredDifference(
                student.encoding.bottleneck,
                aligned.student.decode(aligned.teacher.encode(teacher.encoding.bottleneck, pass), pass),
              ),
            ),
        },
      ],
    };
  },
});
describeMethod({ describe, it }, "a method with the trivial alignment", latents, { beside: () => [linearAlignment({ size: 3 })] });

describe("the trivial alignment", () => {
  it("averages over positions, multiplies, and back with one number for each position", () => {
    const asked = linearAlignment({ size: 1 }).stages!({ trained: { teacher: {}, student: {} }, data: {} } as never);
    const modules = new Map<string, Module>();
    const build = (asked[0]!.methods[0] as CheckedMethod).build as (site: unknown) => Built<never>;
    const built = build({
      scope: scope("s", "fitted", 0, modules),
      picture: { height: 4, width: 8 },
      net: { teacher: { bottleneck: { stride: 4, channels: 2 } }, student: { bottleneck: { stride: 2, channels: 1 } } },
    });
    const { teacher, size } = (built.provides as readonly Offer[])[0]!.value as Alignment;
    const module = [...modules.values()].find(({ name }) => name.endsWith("teacher"))!;
    module.variables["down"]!.assign(tensor2d([[1], [10]]));
    module.variables["up"]!.assign(tensor2d([[2, -1]]));
    module.variables["place"]!.assign(tensor4d([0, 100, 200, 300], [1, 1, 2, 2]));
    // means over the two positions: 2 and 5
    const v = teacher.encode(tensor4d([1, 4, 3, 6], [1, 1, 2, 2]), undefined as never);
    expectClose(v, { shape: [1, 1], data: Float32Array.of(52) });
    const back = teacher.decode(v, undefined as never);
    expectClose(back, { shape: [1, 1, 2, 2], data: Float32Array.of(104, 48, 304, 248) });
    expect(size).toBe(1);
  });
});
