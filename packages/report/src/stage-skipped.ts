import type { StageResults } from "@segdistill/core";
import { markup, type Markup } from "./markup.js";
import { counted } from "./numbers.js";
import type { SkippedStep, StageTold } from "./report-input.js";
import { table } from "./table.js";

const mostCases = 8;

/** How many steps were left out, in a sentence; null where none was. */
export const skippedSentence = (count: number): string | null =>
  count === 0
    ? null
    : count === 1
      ? "1 step was left out: it gave a number that is not finite, and all that it had moved was set back."
      : `${count} steps were left out: they gave a number that is not finite, and all that they had moved was set back.`;

/** Steps of a stage that were taken back: how many, and the first few with their cases and the place where the number first came up. Source: our choice. */
export const skippedSteps = (stage: string, told: StageTold | null, results: StageResults | null): Markup | null => {
  const examples = told?.skipped.examples ?? [];
  const count = results?.skipped ?? told?.skipped.count ?? 0;
  const sentence = skippedSentence(count);
  if (sentence === null) return null;
  if (examples.length === 0) return markup`<p>${sentence} Which ones is told by the run that trained this stage.</p>`;
  const rows = examples.map((one) => ({ cells: [String(one.step), termOf(one), casesOf(one), one.where] }));
  const which =
    examples.length < count ? `the first ${examples.length} of ${counted(count, "step")} left out` : `${counted(count, "step")} left out`;
  const caption = `${stage}: ${which}, numbered as in events.jsonl (from 0), with the cases of their batch.`;
  return markup`<p>${sentence}</p>${table({ caption, head: ["Step", "Term", "Cases", "Where it came up"], rows, words: [1, 2, 3] })}`;
};

const termOf = ({ term }: SkippedStep): string => (term === "gradient" ? "a gradient; every term was finite" : term);

const casesOf = ({ cases }: SkippedStep): string =>
  cases.length === 0
    ? "not known"
    : cases.slice(0, mostCases).join(", ") + (cases.length > mostCases ? ` and ${cases.length - mostCases} more` : "");
