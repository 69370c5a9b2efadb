import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import tsconfig from "./tsconfig.json" with { type: "json" };

// Tests read the packages' sources, not their builds; the one list of paths is tsconfig.json's.
const alias = Object.entries(tsconfig.compilerOptions.paths).map(([name, [path]]) => ({
  find: new RegExp(`^${name.replace("*", "([^/]+)")}$`),
  replacement: fileURLToPath(new URL(path!.replace("*", "$1"), import.meta.url)),
}));

/** Test files that need a process of their own by what they do: put something in a module's place, run programs, start threads. */
const readAlone = ["apps", "packages"].flatMap((top) =>
  readdirSync(join(import.meta.dirname, top), { recursive: true, encoding: "utf8" })
    .map((file) => `${top}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".test.ts") && !/\/(node_modules|dist)\//.test(file))
    .filter((file) =>
      /\bvi\.(mock|doMock|resetModules)\(|"node:(child_process|worker_threads)"/.test(
        readFileSync(join(import.meta.dirname, file), "utf8"),
      ),
    ),
);
const alone = [
  ...readAlone,
  "examples/**/*.test.ts",
  "test/**/*.test.ts",
  // they look at what an engine does when it starts, or change what is one for a process
  "packages/backend/src/*.test.ts",
  "packages/backend/src/{library,native,operators,testing}/**/*.test.ts",
  "packages/models/src/networks.test.ts", // its bounds on rounding were measured with TensorFlow's default threads
];
const outside = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  resolve: { alias },
  test: {
    pool: "forks", // TensorFlow is one library per process
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "alone", include: alone, exclude: outside } },
      {
        // Two processes for all of them: to load TensorFlow and the packages anew for every file took half a second each.
        extends: true,
        test: {
          name: "together",
          include: ["packages/**/*.test.ts", "apps/**/*.test.ts"],
          exclude: [...alone, ...outside],
          isolate: false,
          env: { SEGDISTILL_THREADS: process.env["SEGDISTILL_THREADS"] ?? "1" }, // two processes on two cores; those that are alone use TensorFlow's default
        },
      },
    ],
  },
});
