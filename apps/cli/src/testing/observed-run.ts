import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeEnvironment, encodeSafetensors, runPaths, writeResults } from "@segdistill/core";

/** What a small run holds; domains by name. */
export interface ObservedRun {
  readonly seed?: number;
  /** Whether nothing of a domain was trained on. */
  readonly unseen: Readonly<Record<string, boolean>>;
  /** Mean Dice of the distilled student. */
  readonly dice?: Readonly<Record<string, number>>;
  /** Vectors by domain, then by what they are of ("student"), one a row. */
  readonly vectors?: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
  /** Of the pictures of every domain; "f" repeated if left out. */
  readonly fingerprint?: string;
  /** "gkd/msan" if left out. */
  readonly method?: string;
  /** The group of every row of a domain, for all that it has; none if left out. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/** Makes the folder of a run that has ended, with results and observations and nothing else. */
export const observedRun = async (
  folder: string,
  { seed = 0, unseen, dice = {}, vectors = {}, fingerprint = "f".repeat(64), method = "gkd/msan", groups = {} }: ObservedRun,
): Promise<string> => {
  const paths = runPaths(folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), "{}");
  const domains = Object.fromEntries(
    Object.entries(dice).map(([domain, value]) => [
      domain,
      { cases: [{ id: "a", group: "g", dice: value }], mean: { dice: value }, pooled: { dice: value } },
    ]),
  );
  await writeResults(paths.results, {
    ...{ schema: 1, name: "gkd", seed, finished: new Date(0).toISOString(), config: "c".repeat(64), gains: [], stages: [] },
    models: Object.keys(dice).length > 0 ? { distilled: { parameters: 1, macs: 1, trainSeconds: 1, domains } } : {},
    data: Object.fromEntries(Object.entries(unseen).map(([domain, is]) => [domain, { fingerprint, cases: 2, groups: 2, unseen: is }])),
    environment: await describeEnvironment({ packages: {}, threads: 1, precision: { asked: "auto", chosen: "float32" }, tensorflow: null }),
  } as never);
  for (const [domain, names] of Object.entries(vectors))
    for (const [name, rows] of Object.entries(names)) {
      const file = paths.observation(domain, `${method}/${name}`);
      mkdirSync(dirname(file), { recursive: true });
      const data = Float32Array.from(rows.flat());
      const metadata = groups[domain] ? { groups: JSON.stringify(groups[domain]) } : {};
      const vectors = new Map([["vectors", { shape: [rows.length, rows[0]!.length], data }]]);
      writeFileSync(file, Buffer.concat(encodeSafetensors(vectors, metadata)));
    }
  return folder;
};
