const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

/** A mask of another size than the truth it is compared with. */
export const otherMaskSize = (what: string, found: readonly [number, number], expected: readonly [number, number]): Error =>
  userError(
    "report-mask-size",
    `[report] ${what} has ${found[0]} × ${found[1]} pixels, its truth has ${expected[0]} × ${expected[1]}. Expected the same grid. Bring both to one size first.`,
  );

/** A mask whose array does not fit its size. */
export const otherMaskLength = (what: string, found: number, height: number, width: number): Error =>
  userError(
    "report-mask-length",
    `[report] ${what} holds ${found} numbers. Expected ${height} × ${width} = ${height * width}, one a pixel. Give the mask with its own height and width.`,
  );

/** A picture that a self-contained page cannot hold. */
export const notADataUrl = (id: string, found: string): Error =>
  userError(
    "report-picture",
    `[report] the picture of case "${id}" begins with "${found.slice(0, 24)}". Expected a data URL (data:image/png, jpeg or webp; base64): the page loads nothing from outside. Encode the picture first.`,
  );

/** A limit that leaves no curve. */
export const tooFewPoints = (found: number): Error =>
  userError("report-thin", `[report] a curve was to be thinned to ${found} points. Expected a whole number from 2 on, such as 160.`);

const quoted = (names: readonly string[]): string => (names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", "));
/** Names up to five, then how many more. */
const some = (ids: readonly string[]): string => quoted(ids.slice(0, 5)) + (ids.length > 5 ? ` and ${ids.length - 5} more` : "");

/** A test set with other data in another run. */
export const otherData = (domain: string, who: string, found: string, other: string, expected: string): Error =>
  userError(
    "report-compare-data",
    `[compare] test set "${domain}": ${who} was measured on data with the fingerprint ${found.slice(0, 12)}, ${other} on ${expected.slice(0, 12)}. Expected the same pictures and masks. Give both runs one folder (--data) and run them again: what is trained is not trained again.`,
  );

/** A test set with other cases in another run. */
export const otherCases = (domain: string, who: string, missing: readonly string[], surplus: readonly string[], other: string): Error => {
  const cases = (ids: readonly string[]): string => `${ids.length} ${ids.length === 1 ? "case" : "cases"} (${some(ids)})`;
  const differs = [
    ...(missing.length > 0 ? [`${who} lacks ${cases(missing)} that ${other} has`] : []),
    ...(surplus.length > 0 ? [`${who} has ${cases(surplus)} that ${other} lacks`] : []),
  ];
  return userError(
    "report-compare-cases",
    `[compare] test set "${domain}": ${differs.join("; ")}. Expected the same cases. Give data.test.${domain} the same split in both configurations and run them again.`,
  );
};

/** A case of another group in another run. */
export const otherGroups = (domain: string, id: string, who: string, found: string, other: string, expected: string): Error =>
  userError(
    "report-compare-groups",
    `[compare] test set "${domain}": case "${id}" is of group "${found}" in ${who} and of group "${expected}" in ${other}. Expected one group. Open the data by the same data set and options in both configurations and run them again.`,
  );

/** Runs without a common test set. */
export const noSharedDomain = (runs: readonly (readonly [string, readonly string[]])[]): Error =>
  userError(
    "report-compare-domains",
    `[compare] no test set is in all runs: ${runs.map(([name, domains]) => `${name} has ${quoted(domains)}`).join("; ")}. Expected one in common. Leave a run out, or give data.test of both configurations the same names.`,
  );

/** A metric that a run was not measured by. */
export const noSuchMetric = (who: string, metric: string, known: readonly string[]): Error =>
  userError(
    "report-compare-metric",
    `[compare] ${who} was not measured by "${metric}". It has ${quoted(known)}. Choose one of them with --metric, or add it to evaluate.metrics and run again.`,
  );

/** Runs that were scored on different grids. */
export const otherGrid = (who: string, found: string, other: string, expected: string): Error =>
  userError(
    "report-compare-grid",
    `[compare] ${who} was scored at "${found}", ${other} at "${expected}". Expected the same grid. Give evaluate.at the same value in both configurations and run them again.`,
  );

/** Nothing has the name that differences were to be taken to. */
export const nothingToCompareWith = (found: string, runs: readonly string[], models: readonly string[]): Error =>
  userError(
    "report-compare-against",
    `[compare] --against "${found}": there is no such run or model. Runs: ${quoted(runs)}; models: ${quoted(models)}. Give a run's name, a model's name, or "<run>/<model>".`,
  );

/** Runs without a common seed. */
export const noSharedSeed = (who: string, seeds: readonly number[], other: string, others: readonly number[]): Error =>
  userError(
    "report-compare-seeds",
    `[compare] ${who} has the seeds ${seeds.join(", ")}, ${other} has ${others.join(", ")}. Expected a seed that both have: a pair is one case of one seed. Run one of them again with --seed.`,
  );
