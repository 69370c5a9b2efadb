import { tensor, tidy, type Tensor4D } from "@tensorflow/tfjs-core";
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

/** At most so many pictures at once: more gains nothing and costs memory. */
const together = 4;

/** Compiles a network for prediction: running averages, no noise. The engine must have been started. */
export const forward = (network: Network<string>, precision: Precision): Forward => {
  const variables = [...Object.values(network.variables), ...Object.values(network.state)];
  const program = compile((images) => [network.decode(network.encode(images as Tensor4D, still), still).logits], {
    variables,
    precision,
    name: `${network.name}/predict`,
  });
  const some = async (pictures: readonly Raster[]): Promise<Raster[]> => {
    const { height, width, channels } = pictures[0]!;
    const size = height * width * channels;
    const count = Math.min(together, pictures.length);
    const values = new Float32Array(together * size); // a short batch is filled up, so that one trace serves all
    for (let i = 0; i < count; i++) values.set(pictures[i]!.data, i * size);
    const images = tensor(values, [together, height, width, channels]);
    const [logits] = await program.run(images);
    images.dispose();
    const classes = logits!.shape[3]!;
    const data = (await logits!.data()) as Float32Array;
    logits!.dispose();
    const one = height * width * classes;
    return pictures.slice(0, count).map((_, i) => ({ height, width, channels: classes, data: data.slice(i * one, (i + 1) * one) }));
  };
  return {
    logits: async (pictures) => {
      const all: Raster[] = [];
      for (let i = 0; i < pictures.length; i += together) all.push(...(await some(pictures.slice(i, i + together))));
      return all;
    },
    dispose: () => tidy(() => program.dispose()),
  };
};
