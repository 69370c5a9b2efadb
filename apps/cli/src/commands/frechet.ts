import { fsdAlign, fsdDomain, fsdPred, type Fsd, type Shrink } from "@segdistill/metrics-fsd";
import { readLatents } from "../frechet/latents-file.js";
import type { Common } from "../program.js";
import { table } from "../terminal/table.js";
import { columnsOf, write, writeJson } from "../terminal/write.js";

export interface FrechetOptions extends Common {
  readonly reading: "align" | "domain" | "pred";
  readonly shrink?: Shrink;
  readonly pca?: number;
  readonly bootstrap?: number;
  readonly seed?: number;
}

/** `segdistill frechet`: the Fréchet semantic distance of two files of latents, with all that has to be known to read it. */
export const frechet = async (a: string, b: string, { reading, shrink, pca, bootstrap, seed, json }: FrechetOptions): Promise<number> => {
  const [x, y] = await Promise.all([readLatents(a), readLatents(b)]);
  const options = {
    ...(shrink !== undefined && { shrink }),
    ...(pca !== undefined && { pca }),
    ...(bootstrap !== undefined && { resamples: bootstrap }),
    ...(seed !== undefined && { seed }),
  };
  const found =
    reading === "align"
      ? fsdAlign({ aligned: x, semantic: y }, options)
      : reading === "domain"
        ? fsdDomain({ source: x, target: y }, options)
        : fsdPred({ predicted: x, truth: y }, options);
  if (json === true) writeJson({ ...found, x: { ...found.x, file: a }, y: { ...found.y, file: b } });
  else write(shown(found, a, b));
  return 0;
};

const six = (value: number): string => value.toPrecision(6);

const shown = ({ reading, value, interval, reason, x, y, d, shrink, pca, form, cautions }: Fsd, a: string, b: string): string => {
  const around =
    interval === null
      ? `none: ${reason!}`
      : `${six(interval.low)} to ${six(interval.high)} (${100 * interval.level} %, ${interval.resamples} resamples of ${interval.units}, ${interval.draws}, seed ${interval.seed}; bias ${six(interval.bias)})`;
  const rows = [
    [reading, six(value)],
    ["interval", around],
    [`X, ${x.set}`, `${a}, N ${x.n}`],
    [`Y, ${y.set}`, `${b}, N ${y.n}`],
    ["d", String(d)],
    ["options", `shrink ${shrink}, pca ${pca ?? "none"}, by ${form}`],
  ];
  const said = ["Values of other N or options are not comparable.", ...cautions.map((caution) => `caution: ${caution}`)];
  return `${table(rows, 2, columnsOf())}\n${said.join("\n")}\n`;
};
