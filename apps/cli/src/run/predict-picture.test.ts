import { prepare } from "@segdistill/datasets/prepare";
import { expect, test } from "vitest";
import { decided, preparedLogits } from "./predict-picture.js";

test("the greatest logit decides, and the score is the log-odds of being no background", () => {
  // two pixels, three classes: the second by hand: log(e² + e¹) − 3 = log(7.389 + 2.718) − 3 = −0.6867
  const { label, scores } = decided({ height: 1, width: 2, channels: 3, data: Float32Array.of(0, 1, -Infinity, 3, 2, 1) });
  expect([...label.data]).toEqual([1, 0]);
  expect(scores[0]).toBe(1);
  expect(scores[1]).toBeCloseTo(-0.68674, 4);
  expect([...decided({ height: 1, width: 1, channels: 2, data: Float32Array.of(0.5, 0.5) }).label.data]).toEqual([0]);
});

test("tiles of a picture come back where they were cut, whatever the network's multiple", async () => {
  const height = 13;
  const width = 21;
  const data = Uint8Array.from({ length: height * width }, (_, i) => (i * 37) % 251);
  const prepared = prepare([]).apply({ image: { height, width, channels: 1, data } });
  const sizes = new Set<string>();
  // a "network" whose logits are the pixel and its negative
  const logits = await preparedLogits(
    prepared,
    (pictures) => {
      for (const p of pictures) sizes.add(`${p.height}x${p.width}`);
      return Promise.resolve(pictures.map((p) => ({ ...p, channels: 2, data: Float32Array.from([...p.data].flatMap((v) => [v, -v])) })));
    },
    { size: 10, overlap: 0.25, multiple: 8 },
  );
  expect([logits.height, logits.width, logits.channels]).toEqual([height, width, 2]);
  expect([...logits.data].map(Math.round)).toEqual([...data].flatMap((v) => [v, -v || 0]).map((v) => (v === 0 ? 0 : v)));
  expect([...sizes]).toEqual(["16x16"]);
});
