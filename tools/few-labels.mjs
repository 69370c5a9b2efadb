/**
 * `node tools/few-labels.mjs`: draws docs/few-labels.svg from docs/results/coronary-semi-supervised: Dice over the share of the labels, with the intervals of the differences to the student
 * alone as `segdistill compare` gives them.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "@segdistill/core/random";
import { compare } from "@segdistill/report";

const from = "docs/results/coronary-semi-supervised";
const readAll = (entry) =>
  readdirSync(join(from, entry)).map((seed) => JSON.parse(readFileSync(join(from, entry, seed, "results.json"), "utf8")));

/** Scores at a share: of the teacher, of the student alone, and of each entry with its interval around the student alone. */
function pointsOf(share, entries) {
  const runs = entries.map((label) => ({ label, seeds: readAll(label) }));
  const { rows } = compare(runs, { metric: "dice", against: `${entries[0]}/baseline`, draw: random }).domains[0];
  const alone = rows.find(({ model }) => model === "baseline").mean;
  const distilled = rows
    .filter(({ model }) => model === "distilled")
    .map(({ mean, difference: { low, high } }) => ({ share, mean, bar: [alone + low, alone + high] }));
  return [{ share, mean: rows.find(({ model }) => model === "teacher").mean }, { share, mean: alone }, ...distilled];
}

const shares = [
  pointsOf(10, ["labels-10", "labels-10-with-unlabelled"]),
  pointsOf(40, ["labels-40", "labels-40-with-unlabelled"]),
  pointsOf(100, ["labels-100"]),
];
const looks = [
  { name: "teacher, on the labelled pictures", colour: "#5a5e64", dash: "2 3" },
  { name: "student alone", colour: "#1c1e21", dash: "" },
  { name: "Graph Flow, labelled pictures", colour: "#1f5fa8", dash: "" },
  { name: "Graph Flow, with unlabelled ones", colour: "#d55e00", dash: "6 3" },
];
const series = looks.map((look, i) => ({ ...look, aside: i === 3 ? 5 : 0, points: shares.flatMap((at) => at[i] ?? []) }));

const [left, right, top, bottom] = [52, 470, 40, 320];
const x = (share) => Math.round(left + ((share - 5) / 100) * (right - left));
const y = (dice) => Math.round(10 * (bottom - ((dice - 0.4) / 0.4) * (bottom - top))) / 10;
const axis = [0.4, 0.5, 0.6, 0.7, 0.8]
  .map(
    (dice) =>
      `<path class="grid" d="M${left} ${y(dice)}H${right}"/><text x="${left - 6}" y="${y(dice) + 4}" text-anchor="end">${dice.toFixed(1)}</text>`,
  )
  .join("");
const ticks = [10, 40, 100].map((share) => `<text x="${x(share)}" y="${bottom + 18}" text-anchor="middle">${share} %</text>`).join("");
const lines = series.map(({ name, colour, dash, aside, points }, i) => {
  const path = points.map(({ share, mean }, j) => `${j === 0 ? "M" : "L"}${x(share) + aside} ${y(mean)}`).join("");
  const dots = points.map(({ share, mean }) => `<circle cx="${x(share) + aside}" cy="${y(mean)}" r="3.5" fill="${colour}"/>`).join("");
  const bars = points
    .filter(({ bar }) => bar)
    .map(({ share, bar: [low, high] }) => `<path d="M${x(share) + aside} ${y(low)}V${y(high)}" stroke-width="2"/>`)
    .join("");
  const said = `<path d="M500 ${72 + 24 * i}h28" stroke-width="2" stroke-dasharray="${dash}"/><text x="536" y="${76 + 24 * i}">${name}</text>`;
  return `<g fill="none" stroke="${colour}"><path d="${path}" stroke-width="2" stroke-dasharray="${dash}"/>${bars}${said}</g>${dots}`;
});
const words = series.map(
  ({ name, points }) => `${name}: ${points.map(({ share, mean }) => `${mean.toFixed(3)} at ${share} %`).join(", ")}.`,
);
writeFileSync(
  "docs/few-labels.svg",
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 370" width="760" height="370" role="img" aria-labelledby="few-t few-d"><title id="few-t">Dice over the share of the labels</title><desc id="few-d">${words.join(" ")}</desc>
<style>text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:#1c1e21;stroke:none}.grid{stroke:#d9d7cf;fill:none}</style><rect width="760" height="370" fill="#fdfdfb"/>
<text x="12" y="24" style="font-weight:600">Dice over the share of the 42 pictures that is labelled, seeds 0, 1, 2</text>${axis}${ticks}
${lines.join("\n")}
<text x="12" y="360">Bars: 95 % interval of the difference to the student alone.</text></svg>
`,
);
