import { expect, test } from "vitest";
import { keptNotes, machineChanges } from "./not-bit-exact.js";

const machine = { cpu: { model: "EPYC 9004", count: 4, flags: ["avx2", "avx512f"] }, threads: 2, tensorflow: "2.21.0" };

test("what decides on the last bits is named, old and new", () => {
  const other = { cpu: { model: "Xeon 8488C", count: 8, flags: ["avx2", "amx_bf16"] }, threads: null, tensorflow: "2.22.0" };
  expect(machineChanges(machine, other)).toEqual([
    "processor EPYC 9004 → Xeon 8488C",
    "instruction sets without avx512f and with amx_bf16",
    "threads 2 → 8",
    "TensorFlow 2.21.0 → 2.22.0",
  ]);
  expect(machineChanges(machine, { ...machine, cpu: { model: null, count: 4, flags: ["avx2"] }, tensorflow: null })).toEqual([
    "processor EPYC 9004 → not known",
    "instruction sets without avx512f",
    "TensorFlow 2.21.0 → none",
  ]);
});

test("a GPU that was not there, or is no longer", () => {
  const on = (...gpus: string[]) => ({ ...machine, gpus });
  expect(machineChanges(machine, on("NVIDIA H100"))).toEqual(["GPU none → NVIDIA H100"]);
  expect(machineChanges(on("NVIDIA H100", "NVIDIA H100"), machine)).toEqual(["GPU NVIDIA H100, NVIDIA H100 → none"]);
  expect(machineChanges(on("NVIDIA A10"), on("NVIDIA A10"))).toEqual([]);
});

test("what is the same is no change: all four threads asked for or not, flags that one side does not tell", () => {
  expect(machineChanges({ ...machine, threads: 4 }, { ...machine, threads: null })).toEqual([]);
  expect(machineChanges(machine, { ...machine, cpu: { ...machine.cpu, flags: null } })).toEqual([]);
});

test("a note stays, and stands once", () => {
  expect(keptNotes(undefined, [])).toEqual({});
  expect(keptNotes(["threads 2 → 4"], [])).toEqual({ notBitExact: ["threads 2 → 4"] });
  expect(keptNotes(["threads 2 → 4"], ["threads 4 → 2", "threads 2 → 4"])).toEqual({ notBitExact: ["threads 2 → 4", "threads 4 → 2"] });
});
