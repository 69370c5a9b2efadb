import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { findLibrary } from "@segdistill/backend/library";
import { expect, test } from "vitest";
import { npm, output, command } from "./command.js";
import { pack, published, root } from "./packed.js";
import { temporaryFolder } from "./temporary.js";

const names = ["backend", "core", "models", "plugin-kd"].map((name) => `@segdistill/${name}`);
const folder = temporaryFolder();
const packs = temporaryFolder();

/** This environment without what npm and this workspace put into it; registries, proxies and certificates stay. */
const strangers = (): NodeJS.ProcessEnv => {
  const ours =
    /^(npm_(lifecycle|package|config_(ignore_scripts|userconfig|prefix|local_prefix|global_prefix|noproxy)|command)|INIT_CWD|NODE_PATH|NODE_OPTIONS|NODE_ENV|VITEST|SEGDISTILL_)/i;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const npmrc = join(packs, "npmrc");
  writeFileSync(npmrc, "");
  return { ...Object.fromEntries(kept), npm_config_userconfig: npmrc };
};

test("the packed packages, installed with scripts on in an empty folder, train three steps", { timeout: 300_000 }, async () => {
  const library = findLibrary();
  expect(library, "TensorFlow's library is here: npm run quickstart or npm test fetches it").not.toBeNull();
  const env = strangers();
  const tarballs = await pack(
    published().filter(({ manifest }) => names.includes(manifest.name)),
    packs,
  );
  expect([...tarballs.keys()].sort()).toEqual(names);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  const wanted = [...tarballs.values(), "@tensorflow/tfjs-core@4.22.0"];
  output(await npm(["install", "--ignore-scripts=false", "--no-audit", "--no-fund", ...wanted], { cwd: folder, env }));

  // what lies there: one tfjs-core, none of the packages whose scripts download an old TensorFlow, nothing of the workspace
  const tree = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => path.split(sep).join("/"));
  expect(tree.filter((path) => path.endsWith("@tensorflow/tfjs-core/package.json"))).toEqual([
    "node_modules/@tensorflow/tfjs-core/package.json",
  ]);
  expect(tree.filter((path) => /tfjs-node|libtensorflow/.test(path))).toEqual([]);

  copyFileSync(join(root, "examples", "three-steps.mjs"), join(folder, "three-steps.mjs"));
  const said = output(
    await command(process.execPath, ["three-steps.mjs"], { cwd: folder, env: { ...env, SEGDISTILL_TENSORFLOW: library!.folder } }),
  );
  const lines = said
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  expect(lines.map(([stage, step]) => `${stage!} ${step!}`)).toEqual(
    ["teacher", "distilled"].flatMap((stage) => [0, 1, 2].map((step) => `${stage} ${step}`)),
  );
  const losses = lines.map(([, , loss]) => Number(loss));
  expect(losses.every(Number.isFinite)).toBe(true);
  // two classes guessed alike cost ln 2; the first step is near that, and each stage learns
  expect(losses[2]).toBeLessThan(losses[0]!);
  expect(losses[5]).toBeLessThan(losses[3]!);
});
