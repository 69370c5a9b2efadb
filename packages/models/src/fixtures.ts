// For tests only: what fixtures/networks.py wrote.
import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-core";

/** Some entries of a tensor, as networks.py writes them. */
interface Sample {
  readonly shape: readonly number[];
  readonly rms: number;
  readonly every: number;
  readonly values: readonly number[];
}

/** Greatest difference at the entries of a sample, and of the root mean squares, relative to the sample's root mean square. */
export function distance(found: Tensor, sample: Sample): number {
  if (found.shape.join() !== sample.shape.join()) throw new Error(`shape [${found.shape.join()}] is not [${sample.shape.join()}]`);
  const data = found.dataSync<"float32">();
  const rms = Math.sqrt(data.reduce((all, one) => all + one * one, 0) / data.length);
  const each = sample.values.map((value, i) => Math.abs(data[i * sample.every]! - value));
  return Math.max(Math.abs(rms - sample.rms), ...each) / sample.rms;
}

type Shapes = Readonly<Record<string, readonly number[]>>;
type Samples = Readonly<Record<string, Sample>>;
interface Mode {
  readonly logits: Sample;
  readonly bottleneck: Sample;
  readonly taps: Samples;
}

/** One network's fixture. */
export interface NetworkFixture {
  readonly input: readonly [number, number, number, number];
  readonly classes: number;
  readonly inference: Mode;
  readonly train: Mode;
  readonly replaced: Sample;
  readonly gradients: Samples;
  readonly moved: Samples;
  readonly variables: Shapes;
  readonly state: Shapes;
}

/** Logits of a larger picture, in inference. */
export interface Wide {
  readonly input: readonly [number, number, number, number];
  readonly logits: Sample;
}

export interface Count {
  readonly classes: number;
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly parameters: number;
  readonly macs: number;
}

interface Fixtures {
  readonly counts: {
    readonly "u-net": readonly Count[];
    readonly "u-net with biases": readonly Count[];
    readonly "mobile-u-net": readonly Count[];
  };
  readonly "u-net": NetworkFixture;
  readonly "mobile-u-net": NetworkFixture;
}

/** What a script of fixtures/ wrote, by the name of its file. */
export const readFixtures = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));

export const fixtures = (): Fixtures => readFixtures("networks") as Fixtures;
