import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine.js";

/** A Python's folder of installed packages that has a `tensorflow` in it. */
interface PythonTensorflow {
  /** The folder with TensorFlow's libraries. */
  readonly folder: string;
  /** Its version by the installer's record; null where there is no record. */
  readonly version: string | null;
}

const list = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there, or not ours to read: nothing to be found in either case
  }
};

function tensorflowIn(sitePackages: string): PythonTensorflow | null {
  const names = list(sitePackages);
  if (!names.includes("tensorflow")) return null;
  const versions = names
    .map((name) => /^tensorflow(?:_cpu|_macos)?-([^-]+)\.dist-info$/.exec(name)?.[1])
    .filter((version) => version !== undefined);
  return { folder: join(sitePackages, "tensorflow"), version: versions[0] ?? null };
}

/** Python says where its packages are; TensorFlow itself is not imported, which would take seconds. -I: nothing of the current folder runs. */
function askPython(machine: Machine): readonly string[] {
  const program =
    "import site, sysconfig; p = sysconfig.get_paths(); print(p['platlib'], p['purelib'], site.getusersitepackages(), sep='\\n')";
  const { stdout, status } = spawnSync("python3", ["-I", "-c", program], {
    encoding: "utf8",
    timeout: 5000,
    env: { ...machine.env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.split(/\r?\n/).filter((line) => line !== "") : [];
}

/**
 * TensorFlow as Python's installers put it: first in the active environment (`VIRTUAL_ENV`, `CONDA_PREFIX`), then in the packages of the
 * `python3` on `PATH`. Lazy: the one call of Python happens only if the earlier places did not satisfy.
 */
export function* pythonTensorflows(machine: Machine): Generator<PythonTensorflow> {
  const seen = new Set<string>();
  const fresh = (folder: string): boolean => {
    const known = seen.has(folder);
    seen.add(folder);
    return !known;
  };
  for (const prefix of [machine.env["VIRTUAL_ENV"], machine.env["CONDA_PREFIX"]]) {
    if (!prefix) continue;
    const pythons = list(join(prefix, "lib")).filter((name) => /^python3\.\d+$/.test(name));
    for (const folder of pythons
      .sort()
      .map((name) => join(prefix, "lib", name, "site-packages"))
      .filter(fresh)) {
      const found = tensorflowIn(folder);
      if (found) yield found;
    }
  }
  for (const folder of askPython(machine).filter(fresh)) {
    const found = tensorflowIn(folder);
    if (found) yield found;
  }
}
