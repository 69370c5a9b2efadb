import { abs, greater, sum, where, type Tensor, type Tensor1D, type Variable } from "@tensorflow/tfjs-core";
import { powerIteration, spectralNorm as divided } from "@segdistill/backend/ops";
import type { Make, Pass } from "../contract/index.js";

/**
 * A kernel divided by its largest singular value: W / σ, σ = vᵀWu, with W as a matrix [N, O] of all axes but the last, and the last (kernels of `conv2d` and
 * dense layers have their outputs there). As in PyTorch's `spectral_norm`, u and v are constants to the gradient: ∂σ/∂W = v uᵀ, at any order.
 *
 * u [O] and v [N] are state of the module, `<name>/u` and `<name>/v`. A pass that may move state makes one power iteration, v = Wu/‖Wu‖, u = Wᵀv/‖Wᵀv‖,
 * and keeps both: in an adversary's own phase, once a round. Any other pass takes them as they are. Before the first iteration v is all zeros, and a still
 * pass makes one that it does not keep: the student learns before its opponent has moved. A kernel of zeros gives NaN, as in PyTorch.
 *
 * The function that is returned may be called once a pass, where that pass moves state: make a scorer of the pass and share it, as the example does.
 * Miyato et al., 2018; methods.md 3.2.3: that state moves in D's own step only is [ours], the released code iterates in every forward.
 *
 * @throws core/variable-exists, core/moved-twice
 * @example
 * const d = scope.module("d", (make) => {
 *   const kernel = spectralNorm(make, "conv", make.variable("conv", [4, 4, 2, 64], { normal: 0.02 }));
 *   return { scorer: (pass: Pass) => { const w = kernel(pass) as Tensor4D; return (z: Tensor4D) => conv2d(z, w, { stride: 2, padding: 1 }); } };
 * });
 */
export function spectralNorm(make: Make, name: string, kernel: Variable): (pass: Pass) => Tensor {
  const outputs = kernel.shape.at(-1)!;
  const inputs = kernel.size / outputs;
  const [u, v] = [make.state(`${name}/u`, [outputs], { normal: 1 }), make.state(`${name}/v`, [inputs], "zeros")];
  return (pass) => {
    const next = powerIteration(kernel, u.value as Tensor1D);
    const moves = pass.statistics === "move";
    const begun = greater(sum(abs(v.value)), 0);
    const now = (state: Tensor, moved: Tensor): Tensor1D => (moves ? moved : where(begun, state, moved)) as Tensor1D;
    const [nowU, nowV] = [now(u.value, next.u), now(v.value, next.v)];
    u.move(next.u, pass);
    v.move(next.v, pass);
    return divided<Tensor>(kernel, nowU, nowV).kernel;
  };
}
