import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeEnvironment, environmentSchema, flagsOfInterest } from "./environment.js";
import { temporaryFolder } from "../testing/temporary.js";

test("says where and with what a run was made", async () => {
  const lockFile = join(temporaryFolder(), "package-lock.json");
  writeFileSync(lockFile, "abc");
  const environment = await describeEnvironment({
    packages: { b: "2.0.0", a: "1.0.0" },
    threads: 2,
    precision: { asked: "auto", chosen: "bfloat16" },
    tensorflow: "2.21.0",
    lockFile,
    variables: { TF_ENABLE_ONEDNN_OPTS: "0", HOME: "/secret", OMP_NUM_THREADS: "2", TF_DETERMINISTIC_OPS: undefined },
    now: Date.UTC(2026, 0, 2),
  });
  const { flags, ...cpu } = environment.cpu;
  expect({ ...environment, cpu }).toEqual({
    schema: 1,
    date: "2026-01-02T00:00:00.000Z",
    node: process.versions.node,
    packages: { a: "1.0.0", b: "2.0.0" },
    os: { platform: platform(), release: release(), arch: arch() },
    cpu: { model: cpus()[0]!.model.trim(), count: cpus().length },
    memoryBytes: totalmem(),
    threads: 2,
    precision: { asked: "auto", chosen: "bfloat16" },
    tensorflow: "2.21.0",
    variables: { OMP_NUM_THREADS: "2", TF_ENABLE_ONEDNN_OPTS: "0" },
    lockFile: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    gitCommit: null,
  });
  if (platform() === "linux") {
    const info = readFileSync("/proc/cpuinfo", "utf8");
    for (const flag of flagsOfInterest) expect([flag, flags!.includes(flag)]).toEqual([flag, new RegExp(`\\b${flag}\\b`).test(info)]);
  }
  expect(environmentSchema.parse(environment)).toEqual(environment);
  const onGpu = await describeEnvironment({
    ...{ packages: {}, threads: null, precision: environment.precision, tensorflow: "2.21.0" },
    gpus: ["NVIDIA H100"],
  });
  expect(environmentSchema.parse(onGpu).gpus).toEqual(["NVIDIA H100"]);
  expect(environmentSchema.safeParse({ ...environment, gpus: [] }).success).toBe(false);
  const noted = { ...environment, notBitExact: ["threads 2 → 4"] };
  expect(environmentSchema.parse(noted)).toEqual(noted);
  expect(environmentSchema.safeParse({ ...environment, notBitExact: [] }).success).toBe(false);
});

test("what is not there is null", async () => {
  const nothing = { packages: {}, threads: null, precision: { asked: "float32", chosen: "float32" as const }, tensorflow: null };
  const environment = await describeEnvironment({ ...nothing, lockFile: "/nowhere/package-lock.json", repository: tmpdir() });
  expect([environment.lockFile, environment.gitCommit, environment.tensorflow, environment.threads]).toEqual([null, null, null, null]);
  expect(environmentSchema.safeParse(environment).success).toBe(true);
});
