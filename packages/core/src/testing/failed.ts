import { AssertionError } from "node:assert";

/** The one form of every failed check: who, what was expected and found, and the remedy. */
export const failed = (who: string, expected: string, found: string, remedy: string): AssertionError =>
  new AssertionError({ message: `[${who}] expected ${expected}; found ${found}. ${remedy}` });
