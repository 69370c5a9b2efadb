import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "@segdistill/backend/library";
import { measured } from "./child.mjs";
import { allThreads, machine, machineLine, noBfloat16 } from "./machine.mjs";
import { unmeasured } from "./contest.mjs";
import { reasons, tableOf, writeBetween } from "./markdown.mjs";
import { networks } from "./networks.mjs";
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
  const cells = Object.keys(networks).flatMap((net) => Object.keys(short).map((name) => ({ net, name, key: `${net}/${short[name]}` })));
  const why = (name) => (name === "bfloat16" ? noBfloat16() : undefined);
  for (const { net, name, key } of cells) {
    if ((onlyNet ?? net) !== net || (onlyPrecision ?? name) !== name || why(name)) continue;
    if (fresh) kept.forget(key);
    const by = kept.of(key);
    for (const batch of [small, 2 * small]) {
      if (by[batch] && !by[batch].why) continue; // what failed is tried anew
      const asked = { network: networks[net].train, precision: name, batch, size };
      const { said, ...found } = await measured(process.execPath, [program, JSON.stringify(asked)], {
        SEGDISTILL_THREADS: String(threads),
      });
      by[batch] = found;
      kept.save();
      const words = found.why ?? `estimated ${mb(found.estimate)} MB, grew by ${mb(found.grown)} MB, peak ${mb(found.peak)} MB`;
      console.error(`  ${key}, batch ${batch}: ${words}`);
      if (said) console.error(said.split("\n").slice(-8).join("\n").replace(/^/gm, "    "));
    }
  }
  // all that the file knows, of earlier runs too
  const rows = cells.flatMap(({ net, name, key }) =>
    [small, 2 * small].map((batch) => ({
      ...{ net, precision: short[name], batch },
      ...(why(name) ? { why: why(name) } : (kept.of(key)[batch] ?? { why: unmeasured })),
    })),
  );
  // what a picture more costs, over what it was estimated to: a process's own size takes no part
  const pair = (row) => rows.find((other) => other.net === row.net && other.precision === row.precision && other.batch === row.batch / 2);
  const factor = (row) => {
    const half = pair(row);
    return row.why || !half || half.why ? null : rounded((row.peak - half.peak) / (row.estimate - half.estimate), 2);
  };
  const result = rows.map((row) => ({ ...row, factor: factor(row) }));
  const head = ["training step", "batch", "estimated MB", "grew by MB", "of the estimate", "peak MB", "a picture more"];
  const lines = result
    .filter((row) => row.why !== unmeasured)
    .map(({ net, precision, batch, why: reason, estimate, grown, peak, factor: by }) => [
      `${net}, ${precision}`,
      batch,
      ...(reason ? Array(5).fill("–") : [mb(estimate), mb(grown), rounded(grown / estimate, 2), mb(peak), by ?? "–"]),
    ]);
  const name = ({ net, precision, batch }) => `${net} (${precision}, batch ${batch})`;
  const notes = reasons(
    result.map((row) => ({ ...row, one: row })),
    name,
  );
  if (page)
    await writeBetween(page, "bench memory", [
      `${before.processor}, ${threads} threads, pictures of ${size} × ${size} × 1, 2 classes.`,
      "",
      ...tableOf(head, lines),
      ...(notes.length > 0 ? ["", ...notes.map((note) => `- ${note}.`)] : []),
    ]);
  return { lines: [...table([head, ...lines]), ...notes, machineLine(before)], result: { rows: result, machine: before } };
}
