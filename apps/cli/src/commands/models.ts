import type { NetworkFrame, NetworkSpec } from "@segdistill/core/contract";
import type { Common } from "../program.js";
import { installed } from "../resolve/installed.js";
import { load } from "../resolve/offers.js";
import { make } from "../resolve/options.js";
import { table } from "../terminal/table.js";
import { columnsOf, write, writeJson } from "../terminal/write.js";

/** A network as `models` lists it; costs are null where the package does not count them. */
export interface Listed {
  readonly use: string;
  readonly version: string;
  readonly options: unknown;
  readonly parameters: number | null;
  /** Multiply-accumulates for one picture of 256×256. */
  readonly macs: number | null;
}
type Counted = NetworkSpec<string> & { readonly parameters?: number; readonly macs?: (height: number, width: number) => number };

const frame: NetworkFrame = { inputChannels: 1, classes: 2 };

/** Every network that a configuration can name from here, with its default options and costs at one channel, two classes, 256×256 pixels. */
const listed = async (folder: string): Promise<readonly Listed[]> => {
  const all: Listed[] = [];
  for (const found of installed(folder)) {
    const { plugin } = await load(found.name, folder, "models");
    for (const [name, offered] of Object.entries(plugin.networks ?? {})) {
      const { made } = make(offered, {}, { at: () => found.name, path: [] });
      const spec: Counted = made(frame);
      const use = found.name === "@segdistill/models" ? name : `${found.name}#${name}`;
      all.push({
        use,
        version: found.version,
        options: spec.options,
        parameters: spec.parameters ?? null,
        macs: spec.macs?.(256, 256) ?? null,
      });
    }
  }
  return all;
};

/** `segdistill models` */
export const models = async ({ json }: Common): Promise<number> => {
  const all = await listed(process.cwd());
  if (json) writeJson(all);
  else {
    const million = (n: number | null): string => (n === null ? "?" : (n / 1e6).toFixed(2));
    const rows = all.map((m) => [m.use, JSON.stringify(m.options), million(m.parameters), million(m.macs)]);
    write(table([["use", "default options", "parameters (M)", "MACs (M)"], ...rows], 2, columnsOf()));
    write("Costs at 1 channel, 2 classes, 256×256 pixels. In a configuration: student: { use: mobile-u-net }\n");
  }
  return 0;
};
