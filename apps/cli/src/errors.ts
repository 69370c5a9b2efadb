import { nearest } from "./config/nearest.js";

/** An error that the user can mend: shown as one message without a stack trace; `exit` is the exit code. */
export interface UserError extends Error {
  readonly code: string;
  readonly exit: number;
}

/** Makes an error of the user's input (exit code 2 unless another is given). */
export const userError = (code: string, message: string, exit = 2): UserError =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit });

/** Whether an error, of any package, is meant for the user. */
export const isUserError = (e: unknown): e is UserError => e instanceof Error && e.name === "SegDistillError" && "exit" in e;

/** Names in the order of the alphabet, for a message. */
export const list = (names: readonly string[]): string => (names.length ? [...names].sort().join(", ") : "none");
/** "Did you mean … ? Known …": the tail of every message about a name that does not exist. */
export const meant = (word: string, known: readonly string[], what: string): string => {
  const best = nearest(word, known);
  return `${best === undefined ? "" : `Nearest: "${best}". `}${what}: ${list(known)}.`;
};
