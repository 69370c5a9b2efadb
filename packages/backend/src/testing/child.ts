import { execFile } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { findLibrary } from "../library/index.js";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Processes that load the package on their own: some of its duties begin before the library is loaded, or end with the process. */
export interface Children {
  /** Runs a module that may import "./backend.mjs" (everything of the package and its ops) and tfjs. An undefined variable is taken out. */
  readonly run: (source: string, environment?: Readonly<Record<string, string | undefined>>) => Promise<Ended>;
  readonly remove: () => Promise<void>;
}

/** Builds the sources as they are now into a folder from which the package's dependencies are found. */
export async function newChildren(): Promise<Children> {
  const place = fileURLToPath(new URL("../../node_modules/", import.meta.url));
  await mkdir(place, { recursive: true });
  const folder = await mkdtemp(join(place, ".children-"));
  await build({
    config: false,
    silent: true,
    entry: { backend: fileURLToPath(new URL("everything.ts", import.meta.url)) },
    outDir: folder,
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    splitting: false,
    external: ["koffi", "@tensorflow/tfjs-core"],
    noExternal: ["#tfjs-kernels"],
  });
  const library = findLibrary();
  let scripts = 0;
  return {
    run: async (source, environment = {}) => {
      const script = join(folder, `child-${scripts++}.mjs`);
      await writeFile(script, source);
      const env = { ...process.env, ...(library ? { SEGDISTILL_TENSORFLOW: library.folder } : {}), ...environment };
      return new Promise((resolve) => {
        const child = execFile(process.execPath, [script], { env, maxBuffer: 1 << 26 }, (_, stdout, stderr) => {
          resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
        });
      });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
