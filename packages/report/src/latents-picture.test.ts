import sharp from "sharp";
import { expect, test } from "vitest";
import { latentsPicture, type LatentsPicture } from "./latents-picture.js";

const domains = [
  { name: "chase", unseen: false },
  { name: "stare & <co>", unseen: true },
];
const given: LatentsPicture = {
  title: "Latent vectors of <gkd>",
  domains,
  rows: [
    {
      title: "Student",
      shares: [0.7549, 0.2],
      noUmap: null,
      sets: [
        // 12 wide and 4 high: the panel of 280 pixels shows 12 · 1.08 = 12.96 units both ways, around (4, 2)
        { domain: "chase", masks: false, pca: [[-2, 0], [10, 4]], umap: [[1, 1], [2, 3]] }, // prettier-ignore
        { domain: "chase", masks: true, pca: [[4, 2]], umap: [[0, 0]] },
        { domain: "stare & <co>", masks: false, pca: [[4, 0]], umap: [[5, 5]] },
      ],
    },
    {
      title: "Predicted masks",
      shares: [0, 0],
      noUmap: "none: 2 vectors, fewer than 3",
      sets: [{ domain: "stare & <co>", masks: false, pca: [[1, 1], [1, 1]], umap: [] }], // prettier-ignore
    },
  ],
  notes: ["One & two.", `${"word ".repeat(40)}end.`],
};
const svg = latentsPicture(given);
/** All that a pattern finds, by its first group. */
const all = (pattern: RegExp, text = svg): readonly string[] => [...text.matchAll(pattern)].map((found) => found[1]!);

test("is well-formed, needs nothing beside it, and is the same text again", async () => {
  expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ format: "svg", width: 676 + 26 + 7 * 25 }); // librsvg refuses what is not well-formed
  await expect(sharp(Buffer.from(svg.replace("</defs>", ""))).metadata()).rejects.toThrow();
  expect(all(/(https?:[^"]*|var\(|<script|@import|url\()/g)).toEqual(["http://www.w3.org/2000/svg"]);
  expect(all(/href="([^"]*)"/g).every((to) => svg.includes(` id="${to.slice(1)}"`))).toBe(true);
  expect(latentsPicture(structuredClone(given))).toBe(svg);
});

test("panels, axes, legends with N, notes in lines", () => {
  const text = all(/<text[^>]*>([^<]*)<\/text>/g).map((one) => one.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"));
  const words = text.filter((one) => !/^[−\d.]+$/.test(one)); // without ticks
  expect(words).toEqual([
    "Latent vectors of <gkd>",
    ...["Student: PCA", "first component, 75.5 % of the variance", "second component, 20.0 % of the variance", "Student: UMAP"],
    ...["chase: N 2", "chase, masks: N 1", "stare & <co>, unseen: N 1"],
    ...[
      "Predicted masks: PCA",
      "first component, 0.0 % of the variance",
      "second component, 0.0 % of the variance",
      "Predicted masks: UMAP",
    ],
    ...["none: 2 vectors, fewer than 3", "stare & <co>, unseen: N 2"],
    "One & two.",
    ...["word ".repeat(24).trimEnd(), `${"word ".repeat(16)}end.`],
  ]);
  expect(svg).toContain('<title id="latents-t">Latent vectors of &lt;gkd&gt;</title><desc id="latents-d">Student: chase: N 2; chase, masks: N 1; stare &amp; &lt;co&gt;, unseen: N 1. Predicted masks: stare'); // prettier-ignore
});

test("marks lie where the vectors do, with one scale for both axes, masks above the others", () => {
  const [pca, umap] = all(/<g class="panel (.*?)<\/g>\n?(?=<g class="(?:panel|legend))/gs);
  const marks = (panel: string): readonly string[] => all(/<g (class="(?:picture|mask)".*?)<\/g>/g, panel);
  const places = (mark: string): number[][] => [...mark.matchAll(/<use href="#d(\d)" x="([\d.]+)" y="([\d.]+)"\/>/g)].map(([, ...numbers]) => numbers.map(Number)); // prettier-ignore
  const scale = 280 / 12.96;
  const at = (d: number, x: number, y: number) => [d, expect.closeTo(58 + 140 + (x - 4) * scale, 1), expect.closeTo(44 + 24 + 140 - (y - 2) * scale, 1)] as number[]; // prettier-ignore
  expect(marks(pca!).map(places)).toEqual([[at(0, -2, 0), at(0, 10, 4)], [at(1, 4, 0)], [at(0, 4, 2)]]);
  expect(marks(pca!).map((mark) => mark.slice(0, mark.indexOf(">")))).toEqual(['class="picture" fill="#0072b2"', 'class="picture" fill="#d55e00"', 'class="mask" stroke="#0072b2"']); // prettier-ignore
  expect(marks(umap!).map((mark) => places(mark).length)).toEqual([2, 1, 1]);
  expect(umap).not.toContain('class="axis"');
});

test("is drawn: colour of a filled mark at its middle, paper within a hollow one", async () => {
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number): readonly number[] => [...data.subarray((y * info.width + x) * info.channels, (y * info.width + x) * info.channels + 3)]; // prettier-ignore
  // #d55e00 over #fdfdfb, seven tenths of it, beside the grid's lines
  const [red, green, blue] = pixel(196, Math.round(44 + 24 + 140 + (2 * 280) / 12.96) - 2);
  expect([red, green, blue]).toEqual([[0xd5, 0xfd], [0x5e, 0xfd], [0, 0xfb]].map(([mark, paper]) => expect.closeTo(0.7 * mark! + 0.3 * paper!, -1) as number)); // prettier-ignore
  expect(pixel(199, 206)).toEqual([0xfd, 0xfd, 0xfb]);
});

test("domains differ in shape, and in the pair with colour where shapes repeat, which is said", () => {
  const many = (n: number): string => {
    const names = Array.from({ length: n }, (_, i) => ({ name: `d${i}`, unseen: false }));
    const sets = names.map(({ name }, i) => ({ domain: name, masks: false, pca: [[i, i]] as const, umap: [[i, i]] as const }));
    return latentsPicture({ ...given, domains: names, rows: [{ title: "T", shares: [1, 0], noUmap: null, sets }] });
  };
  const looks = (text: string): readonly string[] => all(/<path id="d\d+" d="([^"]*)"/g, text);
  const sentence = /Of 9 domains 7 have a shape of their own; the others are told apart by shape and colour together\./;
  expect(new Set(looks(many(7))).size).toBe(7);
  expect(many(7)).not.toMatch(/told apart/);
  expect(many(9)).toMatch(sentence);
  const fills = all(/class="picture" fill="([^"]*)"><use href="#d\d+" x="676"/g, many(42));
  expect(new Set(looks(many(42)).map((shape, i) => `${shape} ${fills[i]!}`)).size).toBe(42);
});
