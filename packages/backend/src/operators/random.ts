import { tensor, tensor1d, type Tensor } from "@tensorflow/tfjs-core";
import { attr, type Operator } from "./operator.js";

/** Random numbers that follow from a seed tensor alone: int32 [2]. The same op and seed give the same numbers, eager and compiled. */
const stateless = (name: string, op: string, plain: (next: () => number) => number): Operator => ({
  name,
  native: (run, { seed }, { shape }) => {
    const size = tensor1d(shape as number[], "int32");
    const made = run(op, [attr.type("dtype"), attr.type("T", "int32"), attr.type("Tseed", "int32")], [size, seed!], 1)[0]!;
    size.dispose();
    return made;
  },
  // other numbers than TensorFlow's, with the same law; a browser only predicts and draws none
  plain: ({ seed }, { shape }): Tensor => {
    const [a, b] = seed!.dataSync();
    let state = (a! ^ Math.imul(b!, 0x9e3779b9)) >>> 0;
    const next = (): number => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    const count = (shape as number[]).reduce((n, d) => n * d, 1);
    return tensor(
      Float32Array.from({ length: count }, () => plain(next)),
      shape as number[],
    );
  },
});

export const statelessUniform = stateless("StatelessUniform", "StatelessRandomUniform", (next) => next());
export const statelessNormal = stateless(
  "StatelessNormal",
  "StatelessRandomNormal",
  (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
);
