import { unsupportedPlatform } from "./errors.js";
import type { Machine } from "./machine.js";

/** The version of TensorFlow that the backend was written and tested against. */
export const tensorflowVersion = "2.21.0";

/** One published build of TensorFlow: where it is on a package index and what is taken out of it. */
export interface Release {
  /** Name on the index: "tensorflow-cpu" is the build without GPU kernels, half the size; only Linux x86-64 has one. */
  readonly project: string;
  readonly version: string;
  /** Matches the names of its wheels; any CPython's will do, for the two libraries do not depend on Python. */
  readonly wheel: RegExp;
  /** The same for people. */
  readonly wheelName: string;
  /** Name of its folder in the cache. */
  readonly folder: string;
}

/** File names of the two libraries. */
interface LibraryNames {
  readonly cc: string;
  readonly framework: string;
}

/** File names of the two libraries on an operating system (`process.platform`). */
export const libraryNames = (os: string): LibraryNames =>
  os === "darwin"
    ? { cc: "libtensorflow_cc.2.dylib", framework: "libtensorflow_framework.2.dylib" }
    : { cc: "libtensorflow_cc.so.2", framework: "libtensorflow_framework.so.2" };

/** glibc's versions are two numbers; the wheels' tag is manylinux_2_27. */
function isNewEnough(glibc: string): boolean {
  const [major = 0, minor = 0] = glibc.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 27);
}

function release(project: string, tag: string, build: string): Release {
  const stem = `${project.replaceAll("-", "_")}-${tensorflowVersion}`;
  return {
    project,
    version: tensorflowVersion,
    wheel: new RegExp(`^${stem.replaceAll(".", "\\.")}-cp\\d+-[a-z0-9_]+-${tag.replace("*", "[a-z0-9_.]+")}\\.whl$`),
    wheelName: `${stem}-cp*-${tag}.whl`,
    folder: `${tensorflowVersion}-cpu-${build}`,
  };
}

/** The build for a machine; null where TensorFlow publishes none (Windows has wheels, but without the C library we bind). */
export function releaseFor(machine: Pick<Machine, "os" | "arch">): Release | null {
  if (machine.os === "linux" && machine.arch === "x64") return release("tensorflow-cpu", "manylinux*_x86_64", "linux-x86_64");
  if (machine.os === "linux" && machine.arch === "arm64") return release("tensorflow", "manylinux*_aarch64", "linux-aarch64");
  if (machine.os === "darwin" && machine.arch === "arm64") return release("tensorflow", "macosx*_arm64", "macos-arm64");
  return null;
}

/** The build to fetch for a machine. Throws where there is none, or where the C library is too old or another. */
export function fetchableRelease(machine: Machine): Release {
  const found = releaseFor(machine);
  if (found && (machine.os !== "linux" || (machine.glibc !== null && isNewEnough(machine.glibc)))) return found;
  const libc = machine.os !== "linux" ? "" : machine.glibc === null ? " without glibc" : ` with glibc ${machine.glibc}`;
  throw unsupportedPlatform(tensorflowVersion, `${machine.os} ${machine.arch}${libc}`);
}
