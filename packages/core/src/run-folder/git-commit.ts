import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const read = (path: string): Promise<string | null> =>
  readFile(path, "utf8").then(
    (text) => text.trim(),
    () => null,
  );

/** The folder ".git" of a path or of a folder above it; followed where it is a file (work trees, submodules). */
const gitFolder = async (from: string): Promise<string | null> => {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const path = resolve(folder, ".git");
    const pointed = /^gitdir: (.+)$/.exec((await read(path)) ?? "")?.[1];
    if (pointed !== undefined) return resolve(folder, pointed);
    if ((await read(resolve(path, "HEAD"))) !== null) return path;
    if (dirname(folder) === folder) return null;
  }
};

/**
 * The commit that is checked out where a folder lies, as hexadecimal digits; null where there is no repository or no commit yet.
 * Read from the files of the repository (HEAD, refs, packed-refs), so no program "git" is needed.
 * Source: gitrepository-layout(5).
 */
export async function gitCommit(folder: string): Promise<string | null> {
  const git = await gitFolder(folder);
  if (git === null) return null;
  // A work tree keeps its HEAD itself; branches lie in the repository it belongs to.
  const common = resolve(git, (await read(resolve(git, "commondir"))) ?? ".");
  let name = "HEAD";
  for (let hops = 0; hops < 5; hops++) {
    const text =
      (await read(resolve(git, name))) ??
      (await read(resolve(common, name))) ??
      (await read(resolve(common, "packed-refs")))
        ?.split("\n")
        .find((line) => line.endsWith(` ${name}`))
        ?.split(" ")[0];
    if (text === undefined) return null;
    if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text;
    const next = /^ref: (refs\/.+)$/.exec(text)?.[1];
    if (next === undefined) return null;
    name = next;
  }
  return null;
}
