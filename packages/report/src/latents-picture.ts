import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { symbol, symbolCircle, symbolCross, symbolDiamond, symbolSquare, symbolStar, symbolTriangle, symbolWye } from "d3-shape";
import { at, horizontalAxis, verticalAxis } from "./axis.js";
import { markup, type Markup } from "./markup.js";
import { light } from "./palette.js";

/** Where a vector lies in a panel, in the panel's own units. */
export type Point = readonly [x: number, y: number];

/** Vectors of one domain's pictures, or of their masks. */
export interface LatentsSet {
  /** One of the picture's domains. */
  readonly domain: string;
  /** Masks are drawn hollow. */
  readonly masks: boolean;
  /** Along the first two principal components. */
  readonly pca: readonly Point[];
  /** In the plane that UMAP finds; none where there is a reason. */
  readonly umap: readonly Point[];
}

/** A row of two panels and its legend: one network's vectors, with those of masks. */
export interface LatentsRow {
  readonly title: string;
  readonly sets: readonly LatentsSet[];
  /** Of the variance of all vectors of the row, along each component; 0 … 1. */
  readonly shares: Point;
  /** Why there is no UMAP; null where there is. */
  readonly noUmap: string | null;
}

/** A picture of latent vectors. */
export interface LatentsPicture {
  readonly title: string;
  /** In the order of shapes and colours. */
  readonly domains: readonly { readonly name: string; readonly unseen: boolean }[];
  readonly rows: readonly LatentsRow[];
  /** Below the panels. */
  readonly notes: readonly string[];
}

// Okabe and Ito's colours less yellow and black; seven shapes to six colours, so that 42 domains differ in the pair.
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const shapes = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolCross, symbolStar, symbolWye];

const side = 280;
const left = [58, 374] as const;
const legendAt = 676;
const rowHeight = 366;
const head = 44;
const lineHeight = 17;
/** Pixels a character takes in the widest of the fonts. */
const character = 7;

const style = markup`text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:${light("soft")}}.label{fill:${light("ink")};font-weight:600;font-size:13px}.axis path,.frame{stroke:${light("rule")};stroke-width:1;fill:none}.picture{fill-opacity:.7;stroke:${light("paper")};stroke-width:.5}.mask{fill:none;stroke-width:1.4}`;

/**
 * Latent vectors of one or more networks as an SVG that needs nothing beside it: a row of two panels each, PCA and UMAP, both with one scale for both axes, and a legend with the number of
 * vectors. A domain has a shape and a colour; vectors of pictures are filled, those of masks hollow. The same picture, the same text. Source: our choice.
 */
export const latentsPicture = ({ title, domains, rows, notes }: LatentsPicture): string => {
  const said = domains.length > shapes.length ? [...notes, `Of ${domains.length} domains ${shapes.length} have a shape of their own; the others are told apart by shape and colour together.`] : notes; // prettier-ignore
  const legend = rows.flatMap(({ sets }) => sets.map((set) => legendText(domains, set).length));
  const width = legendAt + 26 + character * Math.max(24, ...legend);
  const lines = said.flatMap((note) => wrapped(note, Math.floor((width - 24) / character)));
  const below = head + rows.length * rowHeight + 8;
  const height = below + lines.length * lineHeight + 8;
  const description = rows.map((row) => `${row.title}: ${row.sets.map((set) => legendText(domains, set)).join("; ")}.`).join(" ");
  return `${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="latents-t latents-d"><title id="latents-t">${title}</title><desc id="latents-d">${description}</desc>
<style>${style}</style><defs>${domains.map((_, i) => markup`<path id="d${i}" d="${symbol(shapes[i % shapes.length], 40)() ?? ""}"/>`)}</defs>
<rect width="${width}" height="${height}" fill="${light("paper")}"/><text class="label" x="12" y="26">${title}</text>
${rows.map((row, i) => rowOf(row, domains, head + i * rowHeight))}
<g class="notes">${lines.map((line, i) => markup`<text x="12" y="${below + i * lineHeight}">${line}</text>`)}</g></svg>`.html
  }\n`;
};

type Domains = LatentsPicture["domains"];

const rowOf = ({ title, sets, shares, noUmap }: LatentsRow, domains: Domains, top: number): Markup => {
  const share = (i: 0 | 1): string => `${["first", "second"][i]!} component, ${(100 * shares[i]).toFixed(1)} % of the variance`;
  const ordered = [...sets].sort((a, b) => Number(a.masks) - Number(b.masks)); // hollow marks hide nothing
  const panel = (heading: string, x: number, of: "pca" | "umap", more: (scales: Scales) => Markup | null): Markup => {
    const scales = scalesOf(sets.flatMap((set) => set[of]), x, top + 24); // prettier-ignore
    return markup`<g class="panel ${of}"><text class="label" x="${x}" y="${top + 14}">${heading}</text>${more(scales)}<rect class="frame" x="${x}" y="${top + 24}" width="${side}" height="${side}"/>${ordered.map(
      (set) =>
        markup`<g ${lookOf(domains, set)}>${set[of].map((point) => markup`<use href="#d${placeOf(domains, set)}" x="${at(scales.x(point[0]))}" y="${at(scales.y(point[1]))}"/>`)}</g>`,
    )}</g>`;
  };
  const bottom = top + 24 + side;
  const axes = ({ x, y }: Scales): Markup =>
    markup`${verticalAxis(y, y.ticks(5), left[0], left[0] + side)}${horizontalAxis(x, x.ticks(5), top + 24, bottom)}<text x="${left[0] + side / 2}" y="${bottom + 32}" text-anchor="middle">${share(0)}</text><text transform="translate(14 ${top + 24 + side / 2}) rotate(-90)" text-anchor="middle">${share(1)}</text>`;
  const none = noUmap === null ? null : markup`<text x="${left[1] + side / 2}" y="${top + 24 + side / 2}" text-anchor="middle">${noUmap}</text>`; // prettier-ignore
  const entries = sets.map((set, i) => {
    const y = top + 36 + i * 20;
    return markup`<g ${lookOf(domains, set)}><use href="#d${placeOf(domains, set)}" x="${legendAt}" y="${y - 4}"/></g><text x="${legendAt + 14}" y="${y}">${legendText(domains, set)}</text>`;
  });
  return markup`<g class="row">${panel(`${title}: PCA`, left[0], "pca", axes)}${panel(`${title}: UMAP`, left[1], "umap", () => none)}<g class="legend">${entries}</g></g>`;
};

const placeOf = (domains: Domains, { domain }: LatentsSet): number => domains.findIndex(({ name }) => name === domain);
const lookOf = (domains: Domains, set: LatentsSet): Markup => {
  const colour = colours[placeOf(domains, set) % colours.length]!;
  return set.masks ? markup`class="mask" stroke="${colour}"` : markup`class="picture" fill="${colour}"`;
};
const legendText = (domains: Domains, set: LatentsSet): string =>
  `${set.domain}${domains[placeOf(domains, set)]!.unseen ? ", unseen" : ""}${set.masks ? ", masks" : ""}: N ${set.pca.length}`;

type Scales = ReturnType<typeof scalesOf>;
/** Both axes with one scale, so that distances are those of the plane. */
const scalesOf = (points: readonly Point[], x: number, y: number) => {
  const ends = ([0, 1] as const).map((i) => extent(points, (point) => point[i])).map(([low = 0, high = 0]) => [low, high] as const);
  const reach = Math.max(...ends.map(([low, high]) => high - low)) * 0.54 || 1;
  const domain = ([low, high]: readonly [number, number]) => [(low + high) / 2 - reach, (low + high) / 2 + reach];
  return { x: scaleLinear(domain(ends[0]!), [x, x + side]), y: scaleLinear(domain(ends[1]!), [y + side, y]) };
};

/** Lines of at most so many characters, cut between words. */
const wrapped = (text: string, most: number): readonly string[] =>
  text.split(" ").reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
    return lines;
  }, []);
