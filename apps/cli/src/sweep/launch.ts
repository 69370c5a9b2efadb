import { spawn } from "node:child_process";

/** How a process ended: its exit code, or the signal that ended it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that is going on. */
export interface Running {
  readonly ended: Promise<Ending>;
  readonly kill: (signal: "SIGINT" | "SIGTERM") => void;
}

/** How a process of this program is started. */
export interface Launching {
  /** Stands before every line it says; null where it runs alone, on the terminal itself. */
  readonly prefix: string | null;
  /** Threads it may use; undefined: as this process. */
  readonly threads: number | undefined;
  /** Its standard output is for programs: no prefix. */
  readonly json: boolean;
}

/** Lines with something before each; an empty one stays empty. */
export const prefixed = (text: string, prefix: string): string => text.replace(/^(?=.)/gm, `[${prefix}] `);

/**
 * This program with other arguments, as a process of its own. With a prefix its lines on standard error are told as they come, whole, and its standard output at its end,
 * so that those of several do not mix.
 */
export const launch = (args: readonly string[], { prefix, threads, json }: Launching): Running => {
  const env = { ...process.env, ...(threads !== undefined && { SEGDISTILL_THREADS: String(threads) }) };
  const stdio = prefix === null ? "inherit" : (["ignore", "pipe", "pipe"] as const);
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], { env, stdio: stdio as "pipe" });
  if (prefix !== null) {
    let out = "";
    let open = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = `${open}${text}`.split("\n");
      open = lines.pop()!;
      for (const line of lines) process.stderr.write(`${prefixed(line, prefix)}\n`);
    });
    child.on("close", () => {
      if (open !== "") process.stderr.write(`${prefixed(open, prefix)}\n`);
      process.stdout.write(json ? out : prefixed(out, prefix));
    });
  }
  return {
    ended: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal }));
    }),
    kill: (signal) => void child.kill(signal),
  };
};
