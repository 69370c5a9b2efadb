import type { Parts } from "./split-by-group.js";

/** Ids of a list such as `tr2 te33`. */
const ids = (text: string): string[] => text.split(" ").map((one) => one.replace("tr", "training/").replace("te", "testing/"));

/** Pictures that show one vessel tree surely, probably or possibly, by eye and by registered masks. datasets.md 5.3 */
const trees = [
  ...[
    "tr2 tr3",
    "tr5 tr6 tr10",
    "tr7 tr8 te33",
    "tr9 tr12",
    "tr11 tr24",
    "tr13 te8",
    "tr14 tr15",
    "tr17 te10 te40",
    "tr19 te19",
    "tr20 te23",
  ],
  ...["tr21 te29", "tr22 te30", "tr28 te21", "tr30 te6", "tr31 te5", "tr32 te17", "tr36 tr40", "tr37 te12", "tr38 te3 te9", "te4 te7"],
  ...["te13 te37 te39", "te14 te20 te27", "te28 te32"],
].map(ids);

const validation = new Set(ids("tr4 tr9 tr12 tr14 tr15 tr23 tr33 tr34 tr36 tr40"));
const test = new Set(
  ids("te1 te2 te3 te4 te7 te9 te11 te13 te14 te15 te16 te18 te20 te22 te24 te25 te26 te27 te28 te31 te32 te34 te35 te36 te37 te38 te39"),
);

/** The picture that stands in no part: it may show the tree of two test pictures. */
export const possiblyInTest = "training/38";

/** The vessel tree of a picture, called by its first picture. */
export const treeOf = (id: string): string => trees.find((tree) => tree.includes(id.toLowerCase()))?.[0] ?? id.toLowerCase();

/** The patient-safe split. datasets.md 5.3 */
export function patientSafe(all: readonly string[]): Parts {
  const partOf = (id: string): string =>
    validation.has(id) ? "validation" : test.has(id) ? "test" : id === possiblyInTest ? "none" : "train";
  const part = (name: string): string[] => all.filter((id) => partOf(id.toLowerCase()) === name);
  return { train: part("train"), validation: part("validation"), test: part("test") };
}
