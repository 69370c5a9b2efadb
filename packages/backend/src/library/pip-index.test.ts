import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { pipIndex } from "./pip-index.js";
import { emptyFolder } from "./testing/test-machine.js";

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test("PyPI, unless pip's files or variables name another, later ones winning", () => {
  const home = emptyFolder();
  const index = (env: Record<string, string> = {}): string =>
    pipIndex({ os: "linux", home, env: { XDG_CONFIG_DIRS: join(home, "xdg"), ...env } });
  expect(index({ PIP_CONFIG_FILE: "/dev/null" })).toBe("https://pypi.org/simple");
  write(join(home, "xdg", "pip", "pip.conf"), "[global]\nindex-url = http://system/simple/\n");
  expect(index()).toBe("http://system/simple");
  write(join(home, ".pip", "pip.conf"), "[global]\r\n# index-url = http://no/\r\nindex_url: http://legacy/simple\r\n");
  expect(index()).toBe("http://legacy/simple");
  write(
    join(home, ".config", "pip", "pip.conf"),
    "[global]\ntimeout = 3\nindex-url=http://user/simple//\n[list]\nindex-url = http://no/\n",
  );
  expect(index()).toBe("http://user/simple");
  const venv = join(home, "venv");
  write(join(venv, "pip.conf"), "[install]\nindex-url = http://install/simple\n[global]\nindex-url = http://venv/simple\n");
  expect(index({ VIRTUAL_ENV: venv })).toBe("http://install/simple");
  const named = write(join(home, "named.conf"), "[install]\nindex-url = http://named/simple\n");
  expect(index({ VIRTUAL_ENV: venv, PIP_CONFIG_FILE: named })).toBe("http://named/simple");
  expect(index({ PIP_CONFIG_FILE: "/dev/null" })).toBe("https://pypi.org/simple");
  expect(index({ PIP_CONFIG_FILE: named, PIP_INDEX_URL: "http://variable/simple/" })).toBe("http://variable/simple");
});

test("macOS keeps the user's file elsewhere", () => {
  const home = emptyFolder();
  write(join(home, ".config", "pip", "pip.conf"), "[global]\nindex-url = http://other/\n");
  expect(pipIndex({ os: "darwin", home, env: {} })).toBe("http://other");
  write(join(home, "Library", "Application Support", "pip", "pip.conf"), "[global]\nindex-url = http://mac/simple\n");
  expect(pipIndex({ os: "darwin", home, env: {} })).toBe("http://mac/simple");
});
