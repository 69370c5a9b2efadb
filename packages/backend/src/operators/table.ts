/** Where a forward or backward pass comes from: tfjs's own, tfjs's put right in its registry (so everywhere), or one of ours. */
export type Source = "kept" | "mended" | "ours";

/** What is known of one operator. README.md shows it; table.test.ts holds it to what is exported, mended and computed. */
export interface OperatorFacts {
  /** The name in `@segdistill/backend/ops`; `tf.…` for tfjs's own that is mended. */
  readonly operator: string;
  /** How it is called. */
  readonly call: string;
  readonly forward: Source;
  /** "none": it is not differentiated. */
  readonly gradient: Source | "none";
  /** Whether the gradient has a gradient: what stands under a gradient penalty needs one. */
  readonly secondOrder: boolean;
  /** What it computes, or for tfjs's own: what was wrong. */
  readonly note: string;
  /** Kernels of tfjs whose gradient or kernel is replaced for it. */
  readonly kernels?: readonly string[];
}

const row = (
  call: string,
  forward: Source,
  gradient: OperatorFacts["gradient"],
  secondOrder: "twice" | "once",
  note: string,
  kernels: readonly string[] = [],
): OperatorFacts => ({ operator: call.split("(")[0]!, call, forward, gradient, secondOrder: secondOrder === "twice", note, kernels });

/** Every operator of `@segdistill/backend/ops`. */
const own: readonly OperatorFacts[] = [
  row(
    "conv2d(x, kernel, { stride, padding, dilation, groups })",
    "ours",
    "ours",
    "twice",
    "tfjs pads by words only, has no gradient of dilated ones and no groups",
  ),
  row(
    "depthwiseConv2d(x, kernel, { stride, padding, dilation })",
    "kept",
    "mended",
    "twice",
    "the gradient of dilated ones was silently wrong",
    ["DepthwiseConv2dNative", "DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2dNativeBackpropFilter"],
  ),
  row(
    "convTranspose2d(x, kernel, { stride, padding, outputPadding })",
    "kept",
    "mended",
    "twice",
    "takes PyTorch's padding and output padding instead of a shape",
    ["Conv2DBackpropFilter"],
  ),
  row("maxPool(x, { size, stride, padding })", "kept", "mended", "twice", "largest of a window; a tie's gradient goes to the first", [
    "MaxPoolGrad",
  ]),
  row("maxUnpool(y, { source, pooled, size, stride })", "ours", "ours", "twice", "puts values back where a max pool took its maxima"),
  row("avgPool(x, { size, stride })", "kept", "mended", "twice", "mean of a window", ["AvgPoolGrad"]),
  row("globalAvgPool(x)", "ours", "ours", "twice", "mean of all positions, [B, 1, 1, C]"),
  row("adaptiveAvgPool(x, [rows, columns])", "ours", "ours", "twice", "means of rows × columns cells, which may overlap"),
  row(
    "batchNorm(x, scale, offset, epsilon, running)",
    "ours",
    "ours",
    "once",
    "by the batch's statistics, in one op (a quarter of the time), which can move running ones too",
  ),
  row(
    "batchNormInference(x, { mean, variance, scale, offset, epsilon })",
    "ours",
    "kept",
    "twice",
    "by given statistics: one product, one sum",
  ),
  row("layerNorm(x, scale, offset, epsilon)", "ours", "ours", "twice", "over the last axis"),
  row("unitVectors(x, axes)", "ours", "ours", "twice", "x / ‖x‖; 0 with gradient 0 where ‖x‖ ≤ 1e-6"),
  row("cosineSimilarity(a, b, axes)", "ours", "ours", "twice", "of vectors; 0 with gradient 0 where one is no longer than 1e-6"),
  row("instanceNorm(x, { scale, offset, epsilon })", "ours", "ours", "twice", "over the positions of every image and channel"),
  row("spectralNorm(kernel, u, v)", "ours", "ours", "twice", "W/σ, σ = vᵀWu; u and v are constants"),
  row("powerIteration(kernel, u)", "ours", "kept", "twice", "the next u and v of a kernel"),
  row("relu(x)", "kept", "mended", "twice", "max(x, 0), gradient 0 at 0; tfjs's took twice the time and kept x", ["Relu"]),
  row("relu6(x)", "kept", "mended", "twice", "min(max(x, 0), 6), gradient 0 at 0 and 6", ["Relu6"]),
  row(
    "leakyRelu(x, slope)",
    "kept",
    "mended",
    "twice",
    "x or slope·x; tfjs's chose between two maps and kept x, and in bfloat16 TensorFlow gave up joining operators of the whole step",
    ["LeakyRelu"],
  ),
  row("prelu(x, slope)", "mended", "mended", "twice", "the same with a learned slope; tfjs-node's kernel called what is not there", [
    "Prelu",
  ]),
  row("gelu(x)", "ours", "ours", "twice", "x·Φ(x), the erf form"),
  row("softplus(x)", "kept", "kept", "twice", "log(1 + exp(x))"),
  row("tanh(x)", "kept", "mended", "twice", "the gradient of its gradient was an error", ["Tanh"]),
  row("sigmoid(x)", "kept", "mended", "twice", "the gradient of its gradient was silently wrong", ["Sigmoid"]),
  row("softmax(x, axis)", "ours", "mended", "twice", "over any axis; tfjs knows the last one only", ["Softmax"]),
  row("logSoftmax(x, axis)", "ours", "ours", "twice", "over any axis; tfjs's has no gradient of its gradient"),
  row("crossEntropy(logits, labels)", "ours", "ours", "twice", "−Σ labels · log softmax of every pixel; without a label 0"),
  row("softenedDivergence(student, teacher, temperature)", "ours", "ours", "twice", "τ²·KL(teacher ‖ student) of every pixel"),
  row(
    "matMul(a, b, { transposeA, transposeB })",
    "kept",
    "mended",
    "twice",
    "what is repeated along leading axes was an error on the way back",
    ["BatchMatMul"],
  ),
  row("attention(q, k, v, { scale })", "ours", "kept", "twice", "softmax(scale · q·kᵀ)·v"),
  row("resizeBilinear(x, [height, width])", "kept", "mended", "twice", "half-pixel centres; the gradient was silently wrong", [
    "ResizeBilinearGrad",
  ]),
  row("resizeNearest(x, [height, width])", "kept", "mended", "twice", "half-pixel centres; the gradient had no gradient", [
    "ResizeNearestNeighborGrad",
  ]),
  row("reflectPad(x, border)", "kept", "mended", "twice", "the gradient was silently wrong", ["MirrorPad"]),
  row("gather(x, indices, axis)", "mended", "mended", "twice", "read its indices back, so it could not be compiled", ["GatherV2"]),
  row("gatherWindows(x, centres, size, border)", "ours", "ours", "twice", "a window of every channel around a place of its own"),
  row("topK(x, k)", "kept", "mended", "twice", "the k largest; had no gradient", ["TopK"]),
  row("argMax(x, axis)", "kept", "none", "once", "the lowest index of equal ones"),
  row("oneHot(labels, classes)", "kept", "none", "once", "all zeros for a label that is no class"),
  row("dropout(x, rate, seed)", "ours", "ours", "twice", "the mask follows from a seed tensor and is a constant"),
  row("spatialDropout(x, rate, seed)", "ours", "ours", "twice", "the same for whole channels"),
  row("gaussianNoise(x, deviation, seed)", "ours", "ours", "twice", "from a seed tensor"),
  row(
    "statelessUniform(shape, seed)",
    "ours",
    "none",
    "once",
    "numbers that follow from a seed tensor; tfjs's are constants of a compiled step",
  ),
  row("statelessNormal(shape, seed)", "ours", "none", "once", "the same, normal"),
  row("float32Barrier(x)", "ours", "ours", "twice", "x; float32 again under bfloat16, and so is the gradient"),
  row("after(x, others)", "ours", "ours", "twice", "x, not before others have been computed; its gradient is x's alone"),
];

/** What plain tfjs code gains once the engine is started. */
const mended: readonly OperatorFacts[] = [
  row("tf.conv2d", "kept", "mended", "twice", "dilated: the gradient was an error", ["Conv2D", "Conv2DBackpropFilter"]),
  row("tf.mirrorPad", "kept", "mended", "twice", "gradient: what lies in the border came from inside", ["MirrorPad"]),
  row("tf.image.resizeBilinear", "kept", "mended", "twice", "half-pixel centres: the gradient was wrong", ["ResizeBilinearGrad"]),
  row("tf.image.cropAndResize", "kept", "mended", "twice", "no gradient; now in the image, by matrices", ["CropAndResize"]),
  row("tf.cumsum", "kept", "mended", "twice", "off the last axis the gradient was wrong or an error", ["Cumsum"]),
  row("tf.prod", "kept", "mended", "once", "the gradient called what is not there", ["Prod"]),
  row("tf.max", "kept", "mended", "twice", "equal ones share the gradient, tfjs gave all of it to each", ["Max"]),
  row("tf.min", "kept", "mended", "twice", "the same", ["Min"]),
  row("tf.maximum", "kept", "mended", "twice", "broadcasting was an error on the way back", ["Maximum"]),
  row("tf.minimum", "kept", "mended", "twice", "the same", ["Minimum"]),
  row("tf.pow", "kept", "mended", "twice", "the gradient of its gradient was wrong", ["Pow"]),
  row("tf.exp", "kept", "mended", "twice", "the same", ["Exp"]),
  row("tf.elu", "kept", "mended", "twice", "the gradient of its gradient was missing", ["Elu"]),
  row("tf.greater", "kept", "mended", "twice", "comparisons on the path were an error, now their gradient is 0", [
    "Greater",
    "GreaterEqual",
    "Less",
    "LessEqual",
    "Equal",
    "NotEqual",
  ]),
  row("tf.unsortedSegmentSum", "kept", "mended", "twice", "the gradient could not be compiled", ["UnsortedSegmentSum"]),
  row("tf.gatherND", "kept", "mended", "twice", "no gradient", ["GatherNd"]),
  row("tf.scatterND", "kept", "mended", "twice", "no gradient", ["ScatterNd"]),
  row("tf.tensorScatterUpdate", "kept", "mended", "twice", "no gradient", ["TensorScatterUpdate"]),
  row("tf.stridedSlice", "kept", "mended", "twice", "no gradient", ["StridedSlice"]),
  row("tf.depthToSpace", "kept", "mended", "twice", "no gradient", ["DepthToSpace"]),
  row("tf.einsum", "kept", "mended", "twice", "no gradient", ["Einsum"]),
  row("tf.cast", "mended", "kept", "twice", "an operator was run where the type is that already, as in every product's gradient", ["Cast"]),
];

/** Every operator that this package answers for. */
export const operatorTable: readonly OperatorFacts[] = [...own, ...mended];

/** The rows of the table in README.md. */
export const operatorRows = (): readonly (readonly string[])[] => [
  ["operator", "forward", "gradient", "gradient of the gradient", "what, or why not tfjs's"],
  ...operatorTable.map(({ call, forward, gradient, secondOrder, note }) => [
    `\`${call}\``,
    forward,
    gradient,
    secondOrder ? "yes" : "no",
    note,
  ]),
];
