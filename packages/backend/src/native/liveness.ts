/** One op of a traced graph, in the order of the trace. */
export interface Traced {
  readonly op: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly { readonly id: number; readonly bytes: number }[];
}

/** Ops whose result is their first input in another shape, or the input itself. */
const aliases = new Set(["Identity", "IdentityN", "EnsureShape", "Reshape", "ExpandDims", "Squeeze", "StopGradient"]);
/** Ops that may write their result over an input of the same size that nobody needs any more. */
const inPlace = new Set(
  "Add AddV2 AddN Sub Mul RealDiv Div Maximum Minimum Neg Exp Log Sqrt Rsqrt Square Relu Relu6 ReluGrad Relu6Grad LeakyRelu LeakyReluGrad Tanh Sigmoid Softplus Abs Select SelectV2 SquaredDifference".split(
    " ",
  ),
);

/**
 * The most bytes that the values of a graph take at one moment, when its ops run in the order of the trace and each value lives until its last use: an
 * estimate, for TensorFlow orders ops itself, and scratch memory of ops is not known. What no result needs is left out, as TensorFlow does; inputs of the
 * graph are not counted.
 */
export function peakBytes(graph: readonly Traced[], results: readonly number[]): number {
  const maker = new Map<number, number>();
  for (const [i, { outputs }] of graph.entries()) for (const { id } of outputs) maker.set(id, i);
  const needed = new Set<number>();
  const ask = [...results];
  for (let id = ask.pop(); id !== undefined; id = ask.pop()) {
    const at = maker.get(id);
    if (at === undefined || needed.has(at)) continue;
    needed.add(at);
    ask.push(...graph[at]!.inputs);
  }

  // aliases share their root's memory
  const root = new Map<number, number>();
  const rootOf = (id: number): number => root.get(id) ?? id;
  const lastUse = new Map<number, number>();
  for (const [i, { op, inputs, outputs }] of graph.entries()) {
    if (!needed.has(i)) continue;
    for (const id of inputs) lastUse.set(rootOf(id), i);
    if (aliases.has(op)) for (const [k, { id }] of outputs.entries()) if (inputs[k] !== undefined) root.set(id, rootOf(inputs[k]));
  }
  for (const id of results) lastUse.set(rootOf(id), Infinity);

  const size = new Map<number, number>();
  let [now, peak] = [0, 0];
  for (const [i, { op, inputs, outputs }] of graph.entries()) {
    if (!needed.has(i)) continue;
    const dying = new Map(
      [...new Set(inputs.map(rootOf))].filter((id) => size.has(id) && lastUse.get(id) === i).map((id) => [id, size.get(id)!]),
    );
    const free = (id: number): void => {
      now -= size.get(id)!;
      size.delete(id);
      dying.delete(id);
    };
    if (!aliases.has(op))
      for (const { id, bytes } of outputs) {
        const reused = inPlace.has(op) ? [...dying].find(([, held]) => held === bytes) : undefined;
        if (reused) free(reused[0]);
        size.set(id, bytes);
        now += bytes;
      }
    peak = Math.max(peak, now);
    for (const id of dying.keys()) free(id);
    // what nobody reads
    for (const { id } of outputs) if (size.has(id) && !lastUse.has(id)) free(id);
  }
  return peak;
}
