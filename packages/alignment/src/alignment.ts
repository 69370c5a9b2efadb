import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { service } from "@segdistill/core";
import type { Module, Pass } from "@segdistill/core/contract";

/** `step.pass`: what a service runs its modules with, so that the reader's stage decides who trains and what moves. */
export type PassOf = (module: Module, statistics?: "still") => Pass;

/** Between one network's bottleneck `[B, h, w, C]` and its latent vector `[B, d]`, both ways; differentiable in its argument. */
export interface Aligner {
  /** F `[B, h, w, C]` to v `[B, d]`. */
  readonly encode: (bottleneck: Tensor4D, pass: PassOf) => Tensor2D;
  /** v `[B, d]` to F̂ `[B, h, w, C]`. */
  readonly decode: (v: Tensor2D, pass: PassOf) => Tensor4D;
}

/** Aligners of a teacher and a student, trained before and frozen: their latent vectors mean the same, so that each may decode the other's. */
export interface Alignment {
  readonly teacher: Aligner;
  readonly student: Aligner;
  /** d, of both. */
  readonly size: number;
}

/**
 * Who provides it is decided by the run: MSAN does, and any package may.
 *
 * @example { name: "own", uses: [alignment], build: ({ use }) => { const { student } = use(alignment); … student.encode(step.net.student.encoding.bottleneck, step.pass) … } }
 */
export const alignment = service<Alignment>("alignment");
