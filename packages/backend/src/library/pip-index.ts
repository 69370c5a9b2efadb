import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine.js";

const pypi = "https://pypi.org/simple";

/** Later files win, as in pip: the system's, the user's, the environment's, the one that is named. */
function configFiles({ os, env, home }: Pick<Machine, "os" | "env" | "home">): readonly string[] {
  const named = env["PIP_CONFIG_FILE"];
  if (named === "/dev/null") return []; // pip's way to say: no files
  const mac = join(home, "Library", "Application Support", "pip");
  const system =
    os === "darwin"
      ? ["/Library/Application Support/pip/pip.conf"]
      : (env["XDG_CONFIG_DIRS"] ?? "/etc/xdg").split(":").map((folder) => join(folder, "pip", "pip.conf"));
  const user = os === "darwin" && existsSync(mac) ? mac : join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "pip");
  const environment = env["VIRTUAL_ENV"];
  return [
    ...system,
    "/etc/pip.conf",
    join(home, ".pip", "pip.conf"),
    join(user, "pip.conf"),
    ...(environment ? [join(environment, "pip.conf")] : []),
    ...(named ? [named] : []),
  ];
}

/** `index-url` of a pip.conf by section; pip takes "-" and "_" alike. */
function indexUrls(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\[([^\]]+)\]/.exec(line);
    if (heading) section = heading[1]!.trim().toLowerCase();
    const value = /^index[-_]url\s*[=:]\s*(\S+)/i.exec(line);
    if (value) found[section] = value[1]!;
  }
  return found;
}

/**
 * The package index that pip is configured for: `PIP_INDEX_URL`, else `index-url` of pip's configuration files ([install] before [global],
 * the named, the environment's, the user's, the system's), else PyPI's. Without a slash at the end; may hold a user name and password.
 */
export function pipIndex(machine: Pick<Machine, "os" | "env" | "home">): string {
  const found: Record<string, string> = {};
  for (const file of configFiles(machine)) if (existsSync(file)) Object.assign(found, indexUrls(readFileSync(file, "utf8")));
  return (machine.env["PIP_INDEX_URL"] ?? found["install"] ?? found["global"] ?? pypi).replace(/\/+$/, "");
}
