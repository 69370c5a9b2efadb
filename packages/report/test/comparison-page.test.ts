import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare, comparisonFormats } from "../src/index.js";
import { noBrowser, startBrowser } from "./browser.js";
import { oneGroupAfterTheOther, twoRuns } from "./compared-runs.js";

// In a real browser: what it complains about is a failure.
describe.skipIf(noBrowser !== null)("a comparison in headless Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "segdistill-comparison-"));
  const file = join(folder, "comparison.html");
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
    const [a, b] = twoRuns();
    const wild = { ...b!, label: `<script>document.title = "taken"</script><img src="https://example.org/a.png" onerror="x()">` };
    writeFileSync(file, comparisonFormats.html(compare([a!, wild], { draw: oneGroupAfterTheOther(6) })));
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  it.each([360, 1280])("at %i pixels only tables scroll sideways; nothing is loaded, said or run", async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 740 } });
    const said: string[] = [];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (problem) => said.push(`error: ${problem.message}`));
    page.on("request", (request) => /^(file|data):/.test(request.url()) || said.push(`request: ${request.url()}`));
    await page.goto(pathToFileURL(file).href);
    expect(await page.title()).toBe("Dice of 2 runs: comparison");
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    expect(await page.evaluate<number>("document.querySelectorAll('script, img, [onerror]').length")).toBe(0);
    const bars =
      "[...document.querySelectorAll('.forest .bar')].map((e) => Math.round(e.getBoundingClientRect().width)).filter((w) => w > 10).length";
    expect(await page.evaluate<number>(bars)).toBe(2);
    expect(said).toEqual([]);
    await page.close();
  });
});
