import { expect, vi } from "vitest";

/** What a command that ends well writes to standard output. */
export const output = async (act: () => Promise<number>): Promise<string> => {
  const said: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    expect(await act()).toBe(0);
  } finally {
    vi.restoreAllMocks();
  }
  return said.join("");
};

/** The message that something fails with. */
export const message = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => "no error",
    (e: unknown) => (e as Error).message,
  );
