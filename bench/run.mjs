/** `npm run bench -- step|all|methods|gkd|peak|long|memory|leaks|data|start|gaps [--json] …`: see README.md. Exit codes: 0 done, 1 a run failed, 2 wrong arguments, 3 a limit was broken. */
import { parseArgs } from "node:util";
import { methodNames, partNames } from "./method-names.mjs";
import { distillation, networks, ofStep } from "./networks.mjs";
import { stop } from "./stop.mjs";

const benches = {
  step: () => import("./step.mjs"),
  all: () => import("./all.mjs"),
  methods: () => import("./methods.mjs"),
  gkd: () => import("./gkd.mjs"),
  peak: () => import("./peak.mjs"),
  long: () => import("./long.mjs"),
  memory: () => import("./memory.mjs"),
  leaks: () => import("./leaks.mjs"),
  data: () => import("./data.mjs"),
  start: () => import("./start.mjs"),
  gaps: () => import("./gaps.mjs"),
};
const options = {
  json: { type: "boolean" },
  yes: { type: "boolean" },
  python: { type: "string" },
  threads: { type: "string" },
  rounds: { type: "string" },
  steps: { type: "string" },
  batch: { type: "string" },
  size: { type: "string" },
  net: { type: "string" },
  method: { type: "string" },
  mode: { type: "string" },
  precision: { type: "string" },
  results: { type: "string" },
  fresh: { type: "boolean" },
  markdown: { type: "string" },
};
/** What may stand for an option of words. */
const words = (bench) => ({
  net: Object.keys(bench === "step" ? ofStep : bench === "all" ? { ...networks, distillation } : networks),
  method: Object.keys(bench === "gkd" ? partNames : methodNames),
  mode: ["train", "predict", "distil"],
  precision: ["float32", "bfloat16"],
});

/** What was asked for; numbers are whole and at least 1, words are among those that exist. */
function asked(args) {
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (failure) {
    throw stop(
      `[bench] ${failure.message.split(". ")[0]}. Expected ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(", ")}.`,
      2,
    );
  }
  const { positionals, values } = parsed;
  const [name] = positionals;
  if (positionals.length !== 1 || !Object.hasOwn(benches, name))
    throw stop(
      `[bench] expected one of ${Object.keys(benches).join(", ")}, found "${positionals.join(" ")}". Try: npm run bench -- step`,
      2,
    );
  for (const key of ["threads", "rounds", "steps", "batch", "size"]) {
    if (values[key] === undefined) continue;
    const number = Number(values[key]);
    if (!Number.isInteger(number) || number < 1) throw stop(`[bench] --${key}: expected a whole number from 1, found "${values[key]}".`, 2);
    values[key] = number;
  }
  for (const [key, allowed] of Object.entries(words(name)))
    if (values[key] !== undefined && !allowed.includes(values[key]))
      throw stop(`[bench] --${key}: expected ${allowed.join(" or ")}, found "${values[key]}".`, 2);
  return { name, values };
}

for (const [signal, exit] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
])
  process.on(signal, () => process.exit(exit)); // which ends the process that is being measured

try {
  const { name, values } = asked(process.argv.slice(2));
  const { bench } = await benches[name]();
  const { lines, result, beside = {}, broken = [] } = await bench(values);
  for (const line of lines) console.log(line);
  for (const limit of broken) console.log(`Over the limit: ${limit}`);
  if (values.json) console.log(JSON.stringify({ [name]: result, ...beside }));
  process.exitCode = broken.length > 0 ? 3 : 0;
} catch (failure) {
  process.stderr.write(`${failure.exit ? failure.message : (failure.stack ?? failure)}\n`);
  process.exitCode = failure.exit ?? 1;
}
