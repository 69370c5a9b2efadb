import { concat, split, tensor4d, tidy, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Module } from "@segdistill/core";
import type { Pass } from "@segdistill/core/contract";
import { paraphraser } from "@segdistill/layer-pairs";
import { fanet, mobileUNet } from "@segdistill/models";
import { expect, test } from "vitest";
import { graphFlowLoss, salience } from "../src/index.js";

await startEngine();

const [b, side] = [8, 128];
const still = (mode: "train" | "inference"): Pass => ({ mode, statistics: "still", noise: undefined as never });
const at = (name: string) => scope("s", name, 0, new Map<string, Module>());
const nodes = (x: Tensor): Tensor => salience(x as Tensor4D, { patch: 3, border: "zero" });

/** Dark pictures with four bright, thin, wavy lines each, a little rough. */
const pixels = Array.from({ length: b * side * side }, (_, i) => {
  const [row, column, picture] = [Math.floor(i / side) % side, i % side, Math.floor(i / (side * side))];
  const near = [0, 1, 2, 3].some(
    (k) => Math.abs(row - side * (0.15 + 0.22 * k) - 0.06 * side * Math.sin(column / 9 + picture + 2 * k)) < 1.5,
  );
  return 0.1 + 0.7 * Number(near) + 0.05 * Math.sin(i * 12.9898);
});
const images = tensor4d(pixels, [b, side, side, 1]);

/**
 * methods.md 3.2.2 "expected magnitudes" [inferred]: untrained FANet, Mobile U-Net and paraphrasers, 8 pictures, patches of 3 × 3: L_vertex ≈ 1.1e4, L_edge ≈ 6.7e6. A mean
 * for a sum, or a normalised node, is orders of magnitude away.
 */
test("R1's magnitudes are the expected ones within a factor of 3", { timeout: 300_000 }, () => {
  const [big, small] = [fanet({ classes: 2 }).build(at("teacher")), mobileUNet({ classes: 2 }).build(at("student"))];
  const [low, high] = ["low", "high"].map((name) => at(name).module(name, paraphraser({ from: 256, to: 24 }).build));
  // one picture after the other: a FANet's maps of all eight take 9 GB
  const ofTeacher = split<Tensor4D>(images, b).map((image) =>
    tidy(() => {
      const encoding = big.encode(image, still("inference"));
      const up = big.decode(encoding, still("inference")).taps["up/4"]!;
      return { encoder: nodes(low!.encode(encoding.taps["encoder/4"]!)), decoder: nodes(high!.encode(up)) };
    }),
  );
  const whole = (at: "encoder" | "decoder"): Tensor => concat(ofTeacher.map((maps) => maps[at]));
  const teacher = { encoder: whole("encoder"), decoder: whole("decoder") };
  const student = tidy(() => {
    const encoding = small.encode(images, still("train"));
    return { encoder: nodes(encoding.taps["encoder/4"]!), decoder: nodes(small.decode(encoding, still("train")).taps["decoder/4"]!) };
  });
  for (const [of, expected] of [
    ["vertex", 1.1e4],
    ["edge", 6.7e6],
  ] as const) {
    const found = graphFlowLoss("R1", of, student, teacher).dataSync()[0]!;
    expect(Math.abs(Math.log(found / expected)), `${of}: ${found}`).toBeLessThan(Math.log(3));
  }
});
