import {
  env,
  eye,
  getKernel,
  image,
  keep,
  matMul,
  registerKernel,
  reshape,
  setBackend,
  tensor,
  tidy,
  unregisterKernel,
  type KernelConfig,
  type KernelFunc,
  type Tensor,
  type Tensor4D,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";

/**
 * What `f` gives on TensorFlow, and on tfjs's pure-JavaScript backend. Numbers that it draws are TensorFlow's both times, as long as it draws as many of the
 * same shapes in the same order, and gradients of resizing, which are wrong there, are right. Everything that `f` reads it has to make itself: a step refuses
 * to fetch values from another backend.
 */
export async function onBoth<T>(f: (backend: "tensorflow" | "cpu") => Promise<T>): Promise<readonly [tensorflow: T, cpu: T]> {
  await startEngine();
  await import("@tensorflow/tfjs-backend-cpu");
  const drawn: Tensor[] = [];
  let numbers: { readonly shape: readonly number[]; readonly values: Float32Array }[] = [];
  const told: Instead = (own) => (given) => {
    const made = own(given) as Tensor;
    drawn.push(keep(made.clone()));
    return made;
  };
  const same: Instead = (own) => (given) => {
    const [shape, next] = [given.attrs!["shape"] as number[], numbers.shift()];
    return next?.shape.join() === shape.join() ? tensor(next.values, shape) : own(given);
  };
  try {
    const first = await insteadOf("tensorflow", { StatelessUniform: told, StatelessNormal: told }, () => f("tensorflow"));
    numbers = drawn.map((t) => ({ shape: t.shape, values: Float32Array.from(t.dataSync()) }));
    const second = await insteadOf("cpu", { StatelessUniform: same, StatelessNormal: same, ...mended }, async () => {
      const silent = env().getBool("PROD");
      try {
        env().set("PROD", true); // it would advise to install tfjs-node
        await setBackend("cpu");
        return await f("cpu");
      } finally {
        env().set("PROD", silent);
        await setBackend("tensorflow");
      }
    });
    return [first, second];
  } finally {
    for (const one of drawn) one.dispose();
  }
}

/** A kernel made of the one that is there. */
type Instead = (own: KernelFunc) => KernelFunc;

/** Runs `f` with other kernels for some of a backend's. */
async function insteadOf<T>(backendName: string, others: Readonly<Record<string, Instead>>, f: () => Promise<T>): Promise<T> {
  const put = (kernel: KernelConfig): void => {
    unregisterKernel(kernel.kernelName, backendName);
    registerKernel(kernel);
  };
  const own = Object.keys(others).map((name) => getKernel(name, backendName));
  for (const kernel of own) put({ ...kernel, kernelFunc: others[kernel.kernelName]!(kernel.kernelFunc) });
  try {
    return await f();
  } finally {
    own.forEach(put);
  }
}

/**
 * dx = Rᵀ dy C with y = R x Cᵀ: R and C are what resizing makes of the unit matrix. `cpu` swaps the sides of the map (bilinear), leaves half-pixel centres out
 * (both), and reads beyond the map (nearest).
 */
const resizing =
  (resize: typeof image.resizeBilinear): Instead =>
  () =>
  ({ inputs, attrs }): TensorInfo =>
    tidy(() => {
      const { images, dy } = inputs as unknown as Readonly<Record<"images" | "dy", Tensor4D>>;
      const [n, height, width, channels] = images.shape;
      const [, rows, columns] = dy.shape;
      /** [to, from] */
      const matrix = (from: number, to: number): Tensor => {
        const unit: Tensor4D = reshape(eye(from), [1, from, from, 1]);
        return reshape(resize(unit, [to, from], attrs!["alignCorners"] as boolean, attrs!["halfPixelCenters"] as boolean), [to, from]);
      };
      const byRow = matMul(matrix(height, rows), reshape(dy, [n, rows, columns * channels]), true);
      const byColumn = matMul(matrix(width, columns), reshape(byRow, [n * height, columns, channels]), true);
      return reshape(byColumn, [n, height, width, channels]);
    });
const mended = { ResizeBilinearGrad: resizing(image.resizeBilinear), ResizeNearestNeighborGrad: resizing(image.resizeNearestNeighbor) };
