import { spawn } from "node:child_process";

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, in `cwd`, with exactly this environment. Never throws for an exit code. */
export const command = (
  program: string,
  args: readonly string[],
  { cwd, env = process.env }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      shell: program === "npm" && process.platform === "win32",
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (piece: Buffer) => out.push(piece));
    child.stderr.on("data", (piece: Buffer) => err.push(piece));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
  });

/** npm, by the path that npm itself gives where it started the tests. */
export const npm = (args: readonly string[], options: Parameters<typeof command>[2]): Promise<Ended> => {
  const file = process.env["npm_execpath"];
  return file?.endsWith(".js") ? command(process.execPath, [file, ...args], options) : command("npm", args, options);
};

/** Standard output of a program that ended with 0; throws all it said otherwise. */
export const output = ({ code, stdout, stderr }: Ended): string => {
  if (code !== 0) throw new Error(`exit code ${code ?? "none"}\n${stdout}\n${stderr}`);
  return stdout;
};
