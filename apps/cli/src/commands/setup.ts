import type { SetupPlan } from "@segdistill/backend/library";
import { setupRefused } from "./errors.js";
import type { Common } from "../program.js";
import { agreed } from "../terminal/ask.js";
import { onScreen, type Progress } from "../terminal/progress.js";
import { write, writeJson } from "../terminal/write.js";

export interface SetupOptions extends Common {
  readonly from?: string;
  readonly gpu?: boolean;
  readonly dryRun?: boolean;
}

/** Downloads above this are asked about (interfaces.md 3). */
const largeBytes = 50e6;

/** What is about to happen, in one line. */
export const planned = ({ action, file, url, bytes, folder }: SetupPlan, megabytes: (bytes: number) => string): string => {
  const size = bytes > 0 ? ` (${megabytes(bytes)})` : "";
  if (action === "download") return `TensorFlow: download ${file}${size} from ${new URL(url!).host} into ${folder}`;
  return `TensorFlow: ${action} ${file}${size} into ${folder}`;
};

/** Finds TensorFlow or fetches it, announced and, on a terminal, asked about. Throws as `setupLibrary` does, and where it is refused. */
export const fetchedLibrary = async (options: SetupOptions, show: Progress, signal?: AbortSignal) => {
  const { megabytes, setupLibrary } = await import("@segdistill/backend/library");
  const result = await setupLibrary({
    from: options.from,
    gpu: options.gpu,
    dryRun: options.dryRun,
    ...(signal && { signal }),
    announce: async (plan) => {
      show.say(planned(plan, megabytes));
      return options.yes === true || plan.action !== "download" || plan.bytes <= largeBytes || agreed("Go on?");
    },
    progress: ({ phase, done, total, bytesPerSecond }) =>
      show.doing(
        phase === "download" ? "downloading TensorFlow" : "unpacking TensorFlow",
        `${megabytes(done)} of ${megabytes(total)}  ${megabytes(bytesPerSecond)}/s`,
      ),
  });
  show.close();
  if (result.outcome === "refused") throw setupRefused();
  return result;
};

/** `segdistill setup` */
export const setup = async (options: SetupOptions): Promise<number> => {
  const result = await fetchedLibrary(options, onScreen(options.quiet === true || options.json === true));
  const { megabytes } = await import("@segdistill/backend/library");
  if (options.json) writeJson(result);
  else if (result.outcome === "planned") write(`${planned(result.plan, megabytes)}\nNothing was done (--dry-run).\n`);
  else if (result.outcome === "present") write(`TensorFlow is there already: ${result.library.folder} (${result.library.source})\n`);
  else if (result.outcome === "installed") write(`TensorFlow is installed: ${result.library.folder}\n`);
  return 0;
};
