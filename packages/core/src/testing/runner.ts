/** What a test runner gives: vitest's and node:test's `describe` and `it` both are one. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: It;
}
export interface It {
  (name: string, body: () => Promise<void>): unknown;
  /** Without one, a check that cannot be made fails with the reason. */
  readonly skip?: (name: string, body: () => Promise<void>) => unknown;
}

/** One thing that is held against a subject: throws where it does not hold. */
export interface Check<in Subject> {
  readonly name: string;
  readonly holds: (subject: Subject) => Promise<void> | void;
  /** Why it cannot be made, if it cannot: told in the name of the test that is skipped. */
  readonly impossible?: string | null;
}

/** One suite, one test a check; every check makes its own subject, so that none depends on another. */
export function suite<Subject>({ describe, it }: Runner, name: string, subject: Subject, checks: readonly Check<Subject>[]): void {
  describe(name, () => {
    for (const check of checks) {
      const { impossible: why } = check;
      if (why == null)
        it(check.name, async () => {
          await check.holds(subject);
        });
      else
        (it.skip ?? it)(`${check.name} (not checked: ${why})`, () =>
          Promise.reject(new Error(`[${name}] ${check.name}: not checked, ${why}.`)),
        );
    }
  });
}
