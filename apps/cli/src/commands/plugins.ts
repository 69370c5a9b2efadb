import type { Common } from "../program.js";
import { optionList, type ListedOption } from "../resolve/option-list.js";
import { installedPackages, type InstalledPackage, type Offering } from "../resolve/offerings.js";
import { contract } from "../resolve/offers.js";
import { columnsOf, write, writeJson } from "../terminal/write.js";
import { table } from "../terminal/table.js";

/** What `plugins --json` says of one method, network or data set. */
interface ListedOffering {
  readonly name: string;
  readonly use: string;
  /** Null where the package does not check them with zod, so that nothing is known of them. */
  readonly options: readonly ListedOption[] | null;
}

const one = { methods: "method", networks: "network", datasets: "data set" } as const;
const kinds = ["methods", "networks", "datasets"] as const;

const listed = ({ name, uses, options }: Offering): ListedOffering => ({ name, use: uses[0], options: options && optionList(options) });

/** A package as `--json` gives it. */
const described = ({ found, offerings, problem }: InstalledPackage) => ({
  name: found.name,
  version: found.version,
  contract: found.manifest.segdistill?.contract ?? null,
  problem,
  ...Object.fromEntries(kinds.map((kind) => [kind, offerings.filter((o) => o.kind === kind).map(listed)])),
});

/** The lines of a package: what it offers, each with its options. */
export const shownPackage = ({ found, offerings, problem }: InstalledPackage, columns: number): string => {
  const head = `${found.name} ${found.version}  contract ${String(found.manifest.segdistill?.contract)}\n`;
  if (problem !== null) return `${head}  cannot be used: ${problem}\n`;
  const all = offerings.map((offering) => {
    const { use, options } = listed(offering);
    const title = `  ${one[offering.kind]} ${use}${options === null ? ": options are checked by the package itself" : options.length === 0 ? ": no options" : ""}\n`;
    const rows = (options ?? []).map((o) => [
      o.name,
      o.required ? "required" : o.default === null ? "–" : JSON.stringify(o.default),
      o.source ?? "",
      o.kind,
      o.description,
    ]);
    return rows.length === 0 ? title : title + indented(table([["option", "default", "source", "value", ""], ...rows], 5, columns - 4));
  });
  return head + all.join("");
};

const indented = (lines: string): string => lines.replace(/^(?=.)/gm, "    ");

/** `segdistill plugins`: what the packages installed here offer to configurations. */
export const plugins = async ({ json }: Common): Promise<number> => {
  const packages = await installedPackages(process.cwd());
  if (json) writeJson(packages.map(described));
  else {
    write(packages.map((p) => shownPackage(p, columnsOf())).join("\n"));
    write(
      packages.length === 0
        ? `no package for contract ${contract} is installed here\n`
        : "\nsource: where a default comes from, as its package says: paper, code (its authors' release), inferred, ours\n",
    );
  }
  return 0;
};
