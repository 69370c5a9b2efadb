/** What a test runner gives: vitest's and node:test's `describe` and `it` both are one. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** One thing that is held against a subject: throws where it does not hold. */
export interface Check<in Subject> {
  readonly name: string;
  readonly holds: (subject: Subject) => Promise<void> | void;
}

/** One suite, one test a check; every check makes its own subject, so that none depends on another. */
export function suite<Subject>({ describe, it }: Runner, name: string, subject: Subject, checks: readonly Check<Subject>[]): void {
  describe(name, () => {
    for (const check of checks)
      it(check.name, async () => {
        await check.holds(subject);
      });
  });
}
