import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { dirname } from "node:path";
import { cacheFolder, findLibrary, searchedPlaces, tensorflowVersion } from "@segdistill/backend/library";
import { isUserError } from "../errors.js";
import { version, type Common } from "../program.js";
import { installed } from "../resolve/installed.js";
import { contract } from "../resolve/offers.js";
import { table } from "../terminal/table.js";
import { write, writeJson } from "../terminal/write.js";

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  readonly good: boolean;
  /** What to do where it is not good. */
  readonly remedy?: string;
  /** Shown with --verbose only. */
  readonly detail?: boolean;
}

/** Loads TensorFlow where it is found: only that shows that it works here. */
const tensorflow = async (): Promise<readonly Finding[]> => {
  try {
    const library = findLibrary();
    if (!library) {
      const places = `not found; looked in ${searchedPlaces().join(", ")}`;
      return [{ what: "TensorFlow", found: places, good: false, remedy: `segdistill setup fetches ${tensorflowVersion}` }];
    }
    const { choosePrecision, startEngine } = await import("@segdistill/backend");
    const engine = await startEngine();
    const { precision, why } = await choosePrecision("auto");
    return [
      { what: "TensorFlow", found: `${engine.tensorflow}, ${library.folder} (${library.source})`, good: true },
      { what: "devices", found: ["CPU", ...engine.gpus].join(", "), good: true },
      { what: "precision: auto", found: `${precision}: ${why}`, good: true },
      {
        what: "oneDNN",
        found: engine.switches["TF_ENABLE_ONEDNN_OPTS"] === "1" ? "on" : "off (TF_ENABLE_ONEDNN_OPTS): a step takes 2.6 times as long",
        good: engine.switches["TF_ENABLE_ONEDNN_OPTS"] === "1",
        remedy: "unset TF_ENABLE_ONEDNN_OPTS",
      },
      {
        what: "same seed, same bytes",
        found: engine.switches["TF_DETERMINISTIC_OPS"] === "1" ? "on" : "not asked for (TF_DETERMINISTIC_OPS)",
        good: true,
      },
      { what: "TensorFlow says", found: engine.said.trim() || "nothing", good: true, detail: true },
    ];
  } catch (e) {
    if (isUserError(e)) return [{ what: "TensorFlow", found: e.message, good: false, remedy: "see the message" }];
    throw e;
  }
};

/** Everything that decides whether and how fast a run works here. */
const findings = async (folder: string): Promise<readonly Finding[]> => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const newEnough = major > 20 || (major === 20 && minor >= 19);
  const { cpuFlags } = await import("@segdistill/core");
  const flags = cpuFlags();
  const cache = cacheFolder();
  const freeBytes = await freeOf(cache);
  const threads = process.env["SEGDISTILL_THREADS"];
  const packages = installed(folder);
  const others = packages.filter((p) => p.manifest.segdistill?.contract !== contract);
  return [
    { what: "segdistill", found: version(), good: true },
    { what: "Node", found: process.versions.node, good: newEnough, remedy: "install Node 20.19 or newer" },
    { what: "platform", found: `${platform()} ${process.arch}, kernel ${release()}`, good: true },
    { what: "processor", found: `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} threads`, good: true },
    { what: "processor flags", found: flags?.join(" ") ?? "unknown", good: true },
    { what: "memory", found: `${(totalmem() / 1e9).toFixed(1)} GB`, good: totalmem() > 3e9, remedy: "take small patches and batches" },
    ...(await tensorflow()),
    {
      what: "threads",
      found: threads === undefined ? "all (SEGDISTILL_THREADS is not set)" : `${threads} (SEGDISTILL_THREADS)`,
      good: true,
    },
    { what: "cache", found: cache, good: true },
    {
      what: "free there",
      found: `${(freeBytes / 1e9).toFixed(1)} GB`,
      good: freeBytes > 1.5e9,
      remedy: "free 1.5 GB, or set SEGDISTILL_CACHE",
    },
    { what: "packages", found: packages.map((p) => `${p.name} ${p.version}`).join(", ") || "none", good: true },
    ...others.map((p) => ({
      what: p.name,
      found: `written for contract ${String(p.manifest.segdistill?.contract)}, expected ${contract}`,
      good: false,
      remedy: `npm install ${p.name}@latest`,
    })),
    ...["SEGDISTILL_DATA", "SEGDISTILL_CACHE", "SEGDISTILL_TENSORFLOW", "NO_COLOR", "CI"].map((name) => ({
      what: name,
      found: process.env[name] ?? "not set",
      good: true,
      detail: true,
    })),
    ...packages.map((p) => ({ what: p.name, found: p.root, good: true, detail: true })),
  ];
};

/** Free bytes in the file system of a folder, or of the nearest one above it that exists. */
const freeOf = async (folder: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return folder === dirname(folder) ? 0 : freeOf(dirname(folder));
  }
};

/** `segdistill doctor`: exit code 3 where something has to be done first. */
export const doctor = async ({ json, verbose }: Common & { readonly verbose?: boolean }): Promise<number> => {
  const all = await findings(process.cwd());
  const shown = all.filter(({ detail }) => detail !== true || verbose === true);
  if (json) writeJson(shown);
  else {
    write(
      table(
        shown.map(({ what, found, good }) => [good ? "ok" : "!!", what, found]),
        3,
      ),
    );
    for (const { what, remedy, good } of all) if (!good) write(`${what}: ${remedy ?? "see above"}\n`);
  }
  return all.every(({ good }) => good) ? 0 : 3;
};
