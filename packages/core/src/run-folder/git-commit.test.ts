import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { gitCommit } from "./git-commit.js";
import { temporaryFolder } from "../testing/temporary.js";

const one = "1".repeat(40);
const two = "2".repeat(40);
/** A folder with these files; the layout is gitrepository-layout(5)'s. */
const folder = (files: Readonly<Record<string, string>>): string => {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
};

test("a branch, from a folder below", async () => {
  const root = folder({ ".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": `${one}\n`, "a/b/c": "" });
  expect(await gitCommit(join(root, "a", "b"))).toBe(one);
});
test("a packed branch; the loose one counts first", async () => {
  const packed = `# pack-refs with: peeled fully-peeled sorted\n${two} refs/heads/a/main\n${one} refs/heads/main\n^${two}\n`;
  expect(await gitCommit(folder({ ".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": packed }))).toBe(one);
  expect(await gitCommit(folder({ ".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": packed, ".git/refs/heads/main": two }))).toBe(
    two,
  );
});
test("a commit without a branch", async () => {
  expect(await gitCommit(folder({ ".git/HEAD": `${two}\n` }))).toBe(two);
});
test("a further work tree", async () => {
  const root = folder({
    "main/.git/HEAD": "ref: refs/heads/main\n",
    "main/.git/refs/heads/main": one,
    "main/.git/refs/heads/side": two,
    "main/.git/worktrees/side/HEAD": "ref: refs/heads/side\n",
    "main/.git/worktrees/side/commondir": "../..\n",
    "side/.git": "gitdir: ../main/.git/worktrees/side\n",
  });
  expect(await gitCommit(join(root, "side"))).toBe(two);
});
test("no commit yet, no repository", async () => {
  expect(await gitCommit(folder({ ".git/HEAD": "ref: refs/heads/main\n" }))).toBe(null);
  expect(await gitCommit(folder({}))).toBe(null);
});
