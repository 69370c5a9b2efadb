import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { allThreads, machine, machineLine } from "./machine.mjs";
import { median, rounded, table } from "./numbers.mjs";
import { stop } from "./stop.mjs";

const mostSeconds = 0.6;
const program = fileURLToPath(new URL("../apps/cli/dist/bin.js", import.meta.url));

function seconds(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  if (status !== 0) throw stop(`[bench] "segdistill ${args.join(" ")}" ended with exit code ${status}: ${stderr.trim()}`, 1);
  return (performance.now() - start) / 1000;
}

/** How long a command takes that only shows something: the median of ten, taken in turn, after one that does not count. */
export async function bench({ rounds = 10 }) {
  const before = machine(allThreads());
  const commands = { help: ["--help"], models: ["models"] };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const [name, args] of Object.entries(commands)) {
      const one = seconds(args);
      if (round > 0) times[name].push(one);
    }
  const result = Object.fromEntries(
    Object.entries(times).map(([name, all]) => [
      name,
      { median_s: rounded(median(all), 3), spread: [rounded(Math.min(...all), 3), rounded(Math.max(...all), 3)] },
    ]),
  );
  const lines = [
    ...table([
      ["seconds", "median", "least", "most"],
      ...Object.entries(result).map(([name, { median_s, spread }]) => [`segdistill ${commands[name].join(" ")}`, median_s, ...spread]),
    ]),
    machineLine(before),
  ];
  const slow = Object.entries(result).filter(([, { median_s }]) => median_s > mostSeconds);
  return {
    lines,
    result: { ...result, machine: before },
    broken: slow.map(([name, { median_s }]) => `${name} took ${median_s} s, at most ${mostSeconds} s`),
  };
}
