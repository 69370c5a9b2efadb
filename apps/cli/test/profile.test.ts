import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

// The program as it is built: it starts itself anew for oneDNN's lines.
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const tiny = fileURLToPath(new URL("../../../examples/tiny.yaml", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "segdistill-profile-"));
afterAll(() => rmSync(folder, { recursive: true }));
const profile = (...args: string[]) =>
  spawnSync(process.execPath, [bin, "profile", tiny, ...args], { cwd: folder, encoding: "utf8", env: { ...process.env, CI: "true" } });

interface Printed {
  readonly stages: readonly {
    readonly name: string;
    readonly compiled: {
      readonly stepMs: number;
      readonly primitives: readonly { readonly kind: string; readonly direction: string; readonly count: number }[];
    };
    readonly opByOp: {
      readonly stepMs: number;
      readonly opsMs: number;
      readonly operators: readonly { readonly op: string; readonly count: number; readonly ms: number }[];
      readonly layers: readonly { readonly layer: string; readonly forwardMs: number; readonly backwardMs: number }[];
    };
  }[];
}

test(
  "profile: primitives of the compiled step, operators and layers op by op, and nothing is left in the folder",
  { timeout: 300_000 },
  () => {
    const { status, stdout, stderr } = profile("--json", "--set", "precision=float32");
    expect([status, stderr]).toEqual([0, ""]);
    const { stages } = JSON.parse(stdout) as Printed;
    expect(stages.map(({ name }) => name)).toEqual(["teacher", "baseline", "distillation"]);
    const [teacher, , distillation] = stages;
    // U-Net of five levels: 2 · 5 + 2 · 4 convolutions, 4 transposed ones, whose forward pass is a convolution's gradient, and the head
    const count = (of: Printed["stages"][number], kind: string, direction: string): number =>
      of.compiled.primitives.find((one) => one.kind === kind && one.direction === direction)?.count ?? 0;
    expect(count(teacher!, "convolution", "forward")).toBe(23);
    // where the processor has AVX2 only, some are products: one for each transposed convolution that is wide enough
    expect(count(teacher!, "convolution", "backward_weights") + count(teacher!, "matmul", "")).toBe(23);
    expect(count(teacher!, "batch_normalization", "backward")).toBe(18);
    const ops = (name: string): number => teacher!.opByOp.operators.find(({ op }) => op === name)?.count ?? 0;
    expect(ops("Conv2DBackpropFilter") + ops("BatchMatMulV2")).toBe(23);
    for (const { compiled, opByOp } of stages) {
      expect(compiled.stepMs).toBeGreaterThan(0);
      expect(opByOp.opsMs).toBeLessThan(opByOp.stepMs);
      const sum = opByOp.layers.reduce((all, { forwardMs, backwardMs }) => all + forwardMs + backwardMs, 0);
      expect(sum).toBeCloseTo(opByOp.opsMs, 6);
    }
    // teacher and student apart; the frozen one has no backward pass
    const layers = new Map(distillation!.opByOp.layers.map((one) => [one.layer, one]));
    expect(layers.get("teacher/student/head")).toMatchObject({ backwardMs: 0 });
    expect(layers.get("distillation/student/head")!.backwardMs).toBeGreaterThan(0);
    expect(layers.get("(update)")!.forwardMs).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("a stage that the run does not have is refused", { timeout: 120_000 }, () => {
  const { status, stderr } = profile("--stage", "distilation", "--quiet");
  expect([status, stderr]).toEqual([
    2,
    '[--stage distilation] the run has no such stage. Nearest: "distillation". Stages: baseline, distillation, teacher.\n',
  ]);
});
