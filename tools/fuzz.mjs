/**
 * `npm run fuzz [-- pictures …]`: the property tests of test/fuzz/ with 10,000 inputs each (library readers too) and a new seed every time.
 * SEGDISTILL_FUZZ_RUNS and SEGDISTILL_FUZZ_SEED give other numbers; the seed is printed, so that a failure can be had again.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { SEGDISTILL_FUZZ_RUNS: runs = "10000", SEGDISTILL_FUZZ_SEED: seed = String(Date.now() % 2 ** 31) } = process.env;
console.log(`${runs} inputs a property; the same again: SEGDISTILL_FUZZ_SEED=${seed} npm run fuzz`);
const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
// what is given as an argument chooses among the files there, "pictures" for example
const asked = process.argv.slice(2).map((name) => (name.startsWith("-") ? name : `test/fuzz/${name}`));
const args = [vitest, "run", ...(asked.some((name) => !name.startsWith("-")) ? [] : ["test/fuzz"]), ...asked];
const env = { ...process.env, SEGDISTILL_FUZZ_RUNS: runs, SEGDISTILL_FUZZ_SEED: seed };
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env }).status ?? 1;
