import { div, sum, tensor, type Scalar, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Built, CheckedMethod, Step, Wants } from "@segdistill/core/contract";

/** What a method of this package reads of a step. */
export interface Seen {
  readonly student: Tensor4D;
  readonly teacher?: Tensor4D;
  /** Zeros if left out. */
  readonly labels?: Tensor4D;
  /** Everything counts if left out. */
  readonly valid?: Tensor3D;
  readonly labelled?: Tensor1D;
}

/** The value of a method's only term as the core reduces it: Σ sum / Σ count. */
export function valueOf(method: CheckedMethod, seen: Seen): Scalar {
  const [b, h, w, k] = seen.student.shape;
  const built = (method.build as (site: unknown) => Built<Step<Wants>>)({ picture: { height: h, width: w, channels: 1, classes: k } });
  const [term, ...more] = built.terms!;
  if (!term || more.length > 0) throw new Error("a method with one term is expected");
  const all = (shape: number[], value: number): Tensor => tensor(Array<number>(shape.reduce((x, y) => x * y)).fill(value), shape);
  const step = {
    net: { student: { logits: seen.student }, teacher: { logits: seen.teacher } },
    labels: seen.labels ?? all([b, h, w, k], 0),
    valid: seen.valid ?? all([b, h, w], 1),
    labelled: seen.labelled ?? all([b], 1),
  } as unknown as Step<Wants>;
  const loss = term.loss(step);
  return div(sum(loss.sum), sum(loss.count!));
}
