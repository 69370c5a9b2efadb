import { join } from "node:path";
import { readSafetensors, sha256OfFile, type StoredTensor } from "@segdistill/core";
import { kindOf } from "../run-list/find-runs.js";

/** The weights of one student in two runs. */
export interface WeightsCompared {
  readonly student: string;
  /** Byte for byte. */
  readonly equal: boolean;
  /** Where they are not: the largest difference of a value and the tensor that it is in; null where the tensors are not the same ones. */
  readonly largest?: { readonly difference: number; readonly tensor: string } | null;
  /** Why they cannot be compared value by value. */
  readonly reason?: string;
}

/** Compares a student's weights.safetensors in two run folders. Where the bytes differ, value by value: the largest |a − b| of all tensors. Throws what reading a file throws. */
export const compareWeights = async (student: string, there: string, here: string): Promise<WeightsCompared> => {
  const [a, b] = [there, here].map((folder) => join(folder, "weights.safetensors")) as [string, string];
  for (const [file, which] of [
    [a, "the run"],
    [b, "its repetition"],
  ] as const)
    if (kindOf(file) !== "file") return { student, equal: false, largest: null, reason: `${which} has no such student` };
  if ((await sha256OfFile(a)) === (await sha256OfFile(b))) return { student, equal: true };
  const [{ tensors: one }, { tensors: other }] = await Promise.all([readSafetensors(a), readSafetensors(b)]);
  return { student, equal: false, ...largestDifference(one, other) };
};

type Tensors = ReadonlyMap<string, StoredTensor>;

/** The largest |a − b| over tensors of the same names and shapes; NaN counts as different without bound. */
export const largestDifference = (one: Tensors, other: Tensors): Pick<WeightsCompared, "largest" | "reason"> => {
  let largest = { difference: 0, tensor: "" };
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    const [a, b] = [one.get(name), other.get(name)];
    if (!a || !b) return { largest: null, reason: `tensor "${name}" is in one of them only` };
    if (a.shape.join() !== b.shape.join())
      return { largest: null, reason: `tensor "${name}" has the shape ${a.shape.join(" x ")} and ${b.shape.join(" x ")}` };
    for (let i = 0; i < a.data.length; i++) {
      const [x, y] = [Number(a.data[i]), Number(b.data[i])];
      const difference = Object.is(x, y) ? 0 : Number.isNaN(x - y) ? Infinity : Math.abs(x - y);
      if (difference > largest.difference) largest = { difference, tensor: name };
    }
  }
  return largest.tensor === "" ? { largest: null, reason: "the values are the same, the files are not" } : { largest };
};
