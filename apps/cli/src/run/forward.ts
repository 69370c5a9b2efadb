import { tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { compile, type Precision } from "@segdistill/backend";
import type { Network, Pass, Raster } from "@segdistill/core/contract";

/** A trained network as a function of pictures. */
export interface Forward {
  /** Logits `[h, w, K]` of pictures `[h, w, C]`, all of one size. */
  readonly logits: (pictures: readonly Raster[]) => Promise<Raster[]>;
  readonly dispose: () => void;
}

const noNoise = (): never => {
  throw new Error("internal: noise was drawn while predicting.");
};
const still: Pass = { mode: "inference", statistics: "still", noise: { uniform: noNoise, normal: noNoise } };

/** So many pictures at once: more gains nothing and costs memory. */
const together = 4;

/** Compiles a network for prediction: running averages, no noise. The engine must have been started. */
export const forward = (network: Network<string>, precision: Precision): Forward => {
  const variables = [...Object.values(network.variables), ...Object.values(network.state)];
  const program = compile((images) => [network.decode(network.encode(images as Tensor4D, still), still).logits], {
    variables,
    precision,
    name: `${network.name}/predict`,
  });
  /** A batch of one of two sizes, so that at most two traces are made and no empty picture is computed. */
  const batch = async (pictures: readonly Raster[]): Promise<Raster[]> => {
    const { height, width, channels } = pictures[0]!;
    const size = height * width * channels;
    const values = new Float32Array(pictures.length * size);
    for (const [i, { data }] of pictures.entries()) values.set(data, i * size);
    const images = tensor(values, [pictures.length, height, width, channels]);
    const [logits] = await program.run(images);
    images.dispose();
    const classes = logits!.shape[3]!;
    const data = (await logits!.data()) as Float32Array;
    logits!.dispose();
    const one = height * width * classes;
    return pictures.map((_, i) => ({ height, width, channels: classes, data: data.slice(i * one, (i + 1) * one) }));
  };
  return {
    logits: async (pictures) => {
      const all: Raster[] = [];
      while (all.length < pictures.length) {
        const count = pictures.length - all.length >= together ? together : 1;
        all.push(...(await batch(pictures.slice(all.length, all.length + count))));
      }
      return all;
    },
    dispose: () => program.dispose(),
  };
};
