import { createInterface } from "node:readline/promises";
import { questionRefused } from "./errors.js";

/** Whether somebody is there who can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Streams of a question; standard input and standard error if left out. */
export interface Asking {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** The answer to a question, without spaces around it; `fallback` for an empty line. Throws cli/question-refused (exit code 130) on Ctrl-C and at the end of the input. */
export const asked = async (
  question: string,
  fallback: string,
  { input, output }: Asking = { input: process.stdin, output: process.stderr },
): Promise<string> => {
  const lines = createInterface({ input, output });
  try {
    const refused = new Promise<never>((_, reject) => {
      lines.on("SIGINT", () => reject(questionRefused()));
      lines.on("close", () => reject(questionRefused()));
    });
    refused.catch(() => undefined); // closing below is no refusal
    const answer = (await Promise.race([lines.question(`${question} [${fallback}] `), refused])).trim();
    return answer === "" ? fallback : answer;
  } finally {
    lines.close();
  }
};

/** A question answered with yes by an empty line; without a terminal nobody can be asked, and the answer is yes. */
export const agreed = async (question: string): Promise<boolean> =>
  !canAsk() || (await asked(question, "Y/n")).toLowerCase().startsWith("y");

/** A question answered with no by an empty line, for what cannot be undone. Ask only where {@link canAsk}. */
export const confirmed = async (question: string): Promise<boolean> => /^y(es)?$/i.test(await asked(question, "y/N"));
