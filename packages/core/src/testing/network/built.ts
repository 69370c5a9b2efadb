import { dispose, randomUniform, tidy, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import type { Encoding, Module, Network, NetworkSpec, Noise, Pass, Taps } from "../../contract/index.js";
import { scope } from "../../scope.js";

/** A network under test. */
export interface NetworkSubject {
  readonly name: string;
  readonly make: () => NetworkSpec<string>;
  readonly parameters: number | undefined;
  readonly within: number;
}

/** Builds the network as the core does, hands it out, and gives everything back. */
export async function withNetwork<T>(
  { make }: NetworkSubject,
  f: (network: Network<string>, spec: NetworkSpec<string>) => T | Promise<T>,
  seed: number | null = 1,
): Promise<T> {
  await startEngine();
  const spec = make();
  const modules = new Map<string, Module>();
  try {
    return await f(spec.build(scope(`conformance/${spec.name}`, spec.name, seed, modules)), spec);
  } finally {
    dispose([...modules.values()].flatMap(({ variables, state }) => [...Object.values(variables), ...Object.values(state)]));
  }
}

/** The same without first values, for what does not look at numbers: to draw them is most of the time. */
export const withShapes = <T>(
  subject: NetworkSubject,
  f: (network: Network<string>, spec: NetworkSpec<string>) => T | Promise<T>,
): Promise<T> => withNetwork(subject, f, null);

/** Names and values of variables and state. */
export const valuesOf = ({ variables, state }: Pick<Network<string>, "variables" | "state">): ReadonlyMap<string, Float32Array> =>
  new Map(Object.entries({ ...variables, ...state }).map(([key, v]) => [key, Float32Array.from(v.dataSync())]));

/** Images in [−1, 1], the same for the same seed. */
export const imagesOf = (spec: NetworkSpec<string>, count: number, height: number, width: number, seed = 1): Tensor4D =>
  randomUniform([count, height, width, spec.inputChannels], -1, 1, "float32", seed);

/** A pass as the core hands it out; noise follows from `seed`, or throws what `refuse` gives. */
export function passOf(mode: Pass["mode"], statistics: Pass["statistics"], seed: number, refuse?: () => Error): Pass {
  let drawn = 0;
  const uniform: Noise["uniform"] = (_, shape) => {
    if (refuse) throw refuse();
    return randomUniform([IMAGES, ...shape], 0, 1, "float32", seed * 1000 + drawn++);
  };
  const normal: Noise["normal"] = (_, shape) => {
    if (refuse) throw refuse();
    return randomUniform([IMAGES, ...shape], -1.7, 1.7, "float32", seed * 1000 + drawn++); // deviation 1
  };
  return { mode, statistics, noise: { uniform, normal } };
}
/** Images of a batch, wherever noise may be drawn. */
export const IMAGES = 2;

/** Encodes and decodes under one pass. */
export function answerOf(
  network: Network<string>,
  images: Tensor4D,
  pass: Pass,
): { logits: Tensor4D; encoding: Encoding; taps: Taps<string> } {
  const { taps, ...encoding } = network.encode(images, pass);
  const decoded = network.decode(encoding, pass);
  return { logits: decoded.logits, encoding, taps: { ...taps, ...decoded.taps } };
}

/** The same, values only. */
export const read = (f: () => Tensor): Float32Array => tidy(() => Float32Array.from(f().dataSync()));
