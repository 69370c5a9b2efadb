import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// The program as it is built: what it looks at is decided when TensorFlow is loaded.
const bin = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));
interface Finding {
  readonly what: string;
  readonly found: string;
  readonly good: boolean;
}
const unset = {
  SEGDISTILL_THREADS: undefined,
  TF_ENABLE_ONEDNN_OPTS: undefined,
  TF_DETERMINISTIC_OPS: undefined,
  TF_CPP_MIN_LOG_LEVEL: undefined,
};

/** What doctor finds under these variables, by name, with its exit code; it writes nothing to standard error. */
function doctor(variables: Readonly<Record<string, string>>, ...args: string[]) {
  const env = { ...process.env, CI: "true", ...unset, ...variables };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "doctor", "--json", ...args], { encoding: "utf8", env });
  expect(stderr).toBe("");
  return { status, by: new Map((JSON.parse(stdout) as Finding[]).map((one) => [one.what, one] as const)) };
}

test("threads, oneDNN and determinism are shown as they are set; what TensorFlow says on start-up only with --verbose", () => {
  const { by } = doctor({});
  expect(by.get("oneDNN")).toMatchObject({ found: "on", good: true });
  expect(by.get("same seed, same bytes")).toMatchObject({ found: "on", good: true });
  expect(by.get("threads")).toMatchObject({ found: "all (SEGDISTILL_THREADS is not set)", good: true });
  expect(by.get("precision: auto")!.found).toMatch(
    /^(float32|bfloat16): (bfloat16 takes \d+\.\d\d of float32's time|this processor cannot compute)/,
  );
  expect(by.has("TensorFlow says")).toBe(false);
  const { found } = doctor({}, "--verbose").by.get("TensorFlow says")!;
  if (process.arch === "x64") expect(found).toContain("oneDNN custom operations are on");
});

test("a user's own settings are kept and told; without oneDNN something has to be done first", () => {
  const { status, by } = doctor({ SEGDISTILL_THREADS: "1", TF_ENABLE_ONEDNN_OPTS: "0", TF_DETERMINISTIC_OPS: "0" });
  expect(status).toBe(3);
  expect(by.get("oneDNN")).toEqual({
    what: "oneDNN",
    found: "off (TF_ENABLE_ONEDNN_OPTS): a step takes 2.6 times as long",
    good: false,
    remedy: "unset TF_ENABLE_ONEDNN_OPTS",
  });
  expect(by.get("same seed, same bytes")!.found).toBe("not asked for (TF_DETERMINISTIC_OPS)");
  expect(by.get("threads")!.found).toBe("1 (SEGDISTILL_THREADS)");
});
