/** `npm run starts`: a hundred processes that start the engine, train three steps and end, as packages/backend/src/processes.test.ts does with twenty. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const args = [vitest, "run", "packages/backend/src/processes.test.ts", "-t", "processes that start"];
const env = { ...process.env, SEGDISTILL_STARTS: process.env["SEGDISTILL_STARTS"] ?? "100" };
process.exitCode =
  spawnSync(process.execPath, args, { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit", env }).status ?? 1;
