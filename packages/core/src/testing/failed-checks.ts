/**
 * Names of the checks that an implementation fails at: for wrong variants, each of which some check must tell. A check fails by an AssertionError. Any other error says that the implementation
 * broke down, which tells nothing: it counts for no check, and is thrown on where no check fails. Checks run in order, until `most` of them have failed.
 *
 * @example
 * test.each(wrongs)("%s: a check tells", (wrong) => expect(failedChecks(checks, wrongVariant(wrong), 1)).not.toEqual([]));
 */
export function failedChecks<T>(
  checks: Readonly<Record<string, (implementation: T) => void>>,
  implementation: T,
  most = Infinity,
): readonly string[] {
  const failed: string[] = [];
  const broken: Error[] = [];
  for (const [name, check] of Object.entries(checks)) {
    if (failed.length === most) break;
    try {
      check(implementation);
    } catch (error) {
      if ((error as Error).name === "AssertionError") failed.push(name);
      else broken.push(error as Error);
    }
  }
  if (failed.length === 0 && broken[0]) throw broken[0];
  return failed;
}
