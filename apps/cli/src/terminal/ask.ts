import { createInterface } from "node:readline/promises";

/** A question answered with yes by an empty line; without a terminal nobody can be asked, and the answer is yes. */
export const agreed = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await lines.question(`${question} [Y/n] `)).trim().toLowerCase();
    return answer === "" || answer.startsWith("y");
  } finally {
    lines.close();
  }
};
