import {
  add,
  cast,
  expandDims,
  gather,
  gatherND,
  greaterEqual,
  maximum,
  mul,
  onesLike,
  range,
  reshape,
  scalar,
  scatterND,
  transpose,
  unsortedSegmentSum,
  zeros,
  zerosLike,
  tensorScatterUpdate,
  type Tensor,
  type Tensor1D,
} from "@tensorflow/tfjs-core";
import { attr, replaceGradient, replaceKernel } from "../operators/operator.js";

/**
 * Gathering and scattering by indices. tfjs-node's gather reads its indices back to check them, so it could not be compiled; TensorFlow checks
 * them itself. Its gradient gave the indices back as their own gradient, an error where they are computed from the variable (an arg-max). The
 * gradients of gatherND, scatterND, tensorScatterUpdate and topk were missing, that of unsortedSegmentSum could not be compiled.
 */
export function mendGather(): void {
  replaceKernel("GatherV2", ({ x, indices }, { axis, batchDims }, backend) => {
    const at = scalar(axis as number, "int32");
    const made = backend.executeSingleOutput(
      "GatherV2",
      [
        attr.int("batch_dims", batchDims),
        attr.type("Tparams", x!.dtype),
        attr.type("Tindices", indices!.dtype),
        attr.type("Taxis", "int32"),
      ],
      [x!, indices!, at],
    );
    at.dispose();
    return made;
  });
  replaceGradient({
    kernelName: "GatherV2",
    inputsToSave: ["x", "indices"],
    gradFunc: (dy, [x, indices], attributes) => {
      const { axis, batchDims } = attributes as unknown as { axis: number; batchDims: number };
      return { x: () => gathered(dy as Tensor, x!.shape, indices!, axis, batchDims), indices: () => zeros(indices!.shape) };
    },
  });
  replaceGradient({
    kernelName: "UnsortedSegmentSum",
    inputsToSave: ["segmentIds"],
    gradFunc: (dy, [ids]) => ({
      x: () => {
        // a negative segment is none: nothing comes back from it
        const counted = cast(greaterEqual(ids!, scalar(0, "int32")), "float32");
        const all = gather(dy as Tensor, maximum(ids!, scalar(0, "int32")));
        return mul(all, reshape(counted, [...ids!.shape, ...Array<number>(all.rank - ids!.rank).fill(1)]));
      },
      segmentIds: () => zeros(ids!.shape),
    }),
  });
  replaceGradient({
    kernelName: "GatherNd",
    inputsToSave: ["params", "indices"],
    gradFunc: (dy, [params, indices]) => ({
      params: () => scatterND(indices!, dy as Tensor, params!.shape),
      indices: () => zeros(indices!.shape),
    }),
  });
  replaceGradient({
    kernelName: "ScatterNd",
    inputsToSave: ["indices"],
    gradFunc: (dy, [indices]) => ({ updates: () => gatherND(dy as Tensor, indices!), indices: () => zeros(indices!.shape) }),
  });
  replaceGradient({
    kernelName: "TensorScatterUpdate",
    inputsToSave: ["indices", "updates"],
    gradFunc: (dy, [indices, updates]) => ({
      // a mask, not dy itself: tfjs's cpu backend writes into what it is given
      tensor: () => mul(dy as Tensor, tensorScatterUpdate(onesLike(dy as Tensor), indices!, zerosLike(updates!))),
      updates: () => gatherND(dy as Tensor, indices!),
      indices: () => zeros(indices!.shape),
    }),
  });
  replaceGradient({
    kernelName: "TopK",
    inputsToSave: ["x"],
    outputsToSave: [false, true],
    gradFunc: (dys, [x, indices]) => ({
      x: () => gathered((dys as Tensor[])[0]!, x!.shape, indices!, x!.rank - 1, x!.rank - 1),
    }),
  });
}

/**
 * The gradient of y = gather(x, indices, axis, batchDims) in x: every entry of dy is added up where it was taken from. `dy` is [batch…, outer…,
 * indices…, inner…], the result [batch…, outer…, n, inner…].
 */
function gathered(dy: Tensor, shape: readonly number[], indices: Tensor, axis: number, batchDims: number): Tensor {
  const product = (of: readonly number[]): number => of.reduce((a, b) => a * b, 1);
  const n = shape[axis]!;
  const batch = product(shape.slice(0, batchDims));
  const outer = product(shape.slice(batchDims, axis));
  const inner = product(shape.slice(axis + 1));
  const each = indices.size / batch;
  const rows = transpose(reshape(dy, [batch, outer, each, inner]), [0, 2, 1, 3]);
  const within = reshape(indices, [batch, each]);
  const ids = batch === 1 ? within : add(within, expandDims(mul(range(0, batch, 1, "int32"), scalar(n, "int32")), 1));
  const sums = unsortedSegmentSum(reshape(rows, [batch * each, outer * inner]), reshape(ids, [batch * each]) as Tensor1D, batch * n);
  return reshape(transpose(reshape(sums, [batch, n, outer, inner]), [0, 2, 1, 3]), [...shape]);
}
