import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** Why there is no browser to be had here; null where there is one. */
export const noBrowser: string | null =
  process.env["CHROME_PATH"] !== undefined || (process.platform === "linux" && process.arch === "x64")
    ? null
    : `@sparticuz/chromium is for Linux x64 only, this is ${process.platform} ${process.arch}. Set CHROME_PATH to a Chrome or Chromium to run this test.`;

/** Starts headless Chromium: that of CHROME_PATH, else the one packed in @sparticuz/chromium, which needs nothing installed. */
export const startBrowser = async (): Promise<Browser> => {
  const given = process.env["CHROME_PATH"];
  if (given !== undefined) return await chromium.launch({ executablePath: given, args: ["--no-sandbox"] });
  const folder = await unpacked();
  const executablePath = join(folder, "chromium");
  // the package's own libraries only where the system lacks them: mixing the two is how a browser crashes
  const lacks = /not found/.test(spawnSync("ldd", [executablePath], { encoding: "utf8" }).stdout);
  const env = {
    ...(process.env as Record<string, string>),
    ...(lacks && { LD_LIBRARY_PATH: join(folder, "al2023", "lib") }),
    ...(!existsSync("/etc/fonts/fonts.conf") && { FONTCONFIG_PATH: join(folder, "fonts") }),
  };
  return await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"], env });
};

/** The package unpacks into the temporary folder; into one of our own and then renamed, a half of it is never taken for the whole. */
const unpacked = async (): Promise<string> => {
  const done = join(tmpdir(), "segdistill-chromium-138.0.2");
  if (existsSync(done)) return done;
  const fresh = mkdtempSync(`${done}-`);
  const before = {
    TMPDIR: process.env["TMPDIR"],
    AWS_EXECUTION_ENV: process.env["AWS_EXECUTION_ENV"],
    LD_LIBRARY_PATH: process.env["LD_LIBRARY_PATH"],
  };
  Object.assign(process.env, { TMPDIR: fresh, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" }); // with it the libraries are unpacked too
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    await packed.executablePath();
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  }
  try {
    renameSync(fresh, done);
  } catch (problem) {
    if (!existsSync(done)) throw problem;
    rmSync(fresh, { recursive: true }); // somebody else was faster
  }
  return done;
};
