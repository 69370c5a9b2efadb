import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "@segdistill/backend/library";
import { networks } from "./all.mjs";
import { measured } from "./child.mjs";
import { allThreads, machine, machineLine, noBfloat16 } from "./machine.mjs";
import { writeBetween } from "./markdown.mjs";
import { rounded, short, table } from "./numbers.mjs";
import { openResults } from "./results.mjs";

const program = fileURLToPath(new URL("./ours/memory.mjs", import.meta.url));
const mb = (bytes) => rounded(bytes / 2 ** 20);

/** Peak memory of a training step by network, batch and precision, beside what it was estimated to take. Results are kept as those of `all`. */
export async function bench(options) {
  const { threads = allThreads(), net: onlyNet, precision: onlyPrecision, batch: small = 2, size = 256, fresh, markdown: page } = options;
  const before = machine(threads);
  const { results: file = join(cacheFolder(), "bench-memory.json") } = options;
  const kept = openResults(file, { processor: before.processor, threads, batch: small, size });
  const precisions = Object.keys(short).filter((name) => (onlyPrecision ?? name) === name && !(name === "bfloat16" && noBfloat16()));
  const rows = [];
  for (const net of Object.keys(networks).filter((name) => (onlyNet ?? name) === name))
    for (const precision of precisions) {
      const key = `${net}/${short[precision]}`;
      if (fresh) kept.forget(key);
      const by = kept.of(key);
      for (const batch of [small, 2 * small]) {
        const asked = { network: networks[net].train, precision, batch, size };
        const found = (by[batch] ??= await measured(process.execPath, [program, JSON.stringify(asked)], {
          SEGDISTILL_THREADS: String(threads),
        }));
        kept.save();
        const said = found.why ?? `estimated ${mb(found.estimate)} MB, grew by ${mb(found.grown)} MB, peak ${mb(found.peak)} MB`;
        console.error(`  ${key}, batch ${batch}: ${said}`);
        rows.push({ net, precision: short[precision], batch, ...found });
      }
    }
  // what a picture more costs, over what it was estimated to: a process's own size takes no part
  const pair = (row) => rows.find((other) => other.net === row.net && other.precision === row.precision && other.batch === row.batch / 2);
  const factor = (row) => {
    const half = pair(row);
    return row.why || !half || half.why ? null : rounded((row.peak - half.peak) / (row.estimate - half.estimate), 2);
  };
  const result = rows.map(({ said, ...row }) => ({ ...row, factor: factor({ ...row }) }));
  const cells = result.map(({ net, precision, batch, why, estimate, grown, peak, factor: by }) =>
    why
      ? [`${net}, ${precision}`, batch, "–", "–", "–", "–", "–"]
      : [`${net}, ${precision}`, batch, mb(estimate), mb(grown), rounded(grown / estimate, 2), mb(peak), by ?? "–"],
  );
  const head = ["training step", "batch", "estimated MB", "grew by MB", "of the estimate", "peak MB", "a picture more"];
  const notes = result.flatMap(({ net, precision, batch, why }) => (why ? [`${net}, ${precision}, batch ${batch}: ${why}`] : []));
  if (page)
    writeBetween(page, "bench memory", [
      `${before.processor}, ${threads} threads, pictures of ${size} × ${size} × 1, 2 classes.`,
      "",
      ...[head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...cells].map((row) => `| ${row.join(" | ")} |`),
      ...(notes.length > 0 ? ["", ...notes.map((note) => `- ${note}`)] : []),
    ]);
  return { lines: [...table([head, ...cells]), ...notes, machineLine(before)], result: { rows: result, machine: before } };
}
