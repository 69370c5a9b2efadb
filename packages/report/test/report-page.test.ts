import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { report } from "../src/index.js";
import { noBrowser, startBrowser } from "./browser.js";
import { exampleInput } from "./example-input.js";

if (noBrowser !== null) console.warn(`The report is not opened in a browser: ${noBrowser}`);

// In a real browser: what it complains about is a failure.
describe.skipIf(noBrowser !== null)("report.html in headless Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "segdistill-report-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
    writeFileSync(join(folder, "report.html"), report(exampleInput()));
    writeFileSync(join(folder, "hostile.html"), report(exampleInput(true)));
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  type Look = Parameters<Browser["newPage"]>[0];
  /** Opens a page, hands it over, and fails on anything the browser said, threw or tried to load. */
  const opened = async (file: string, look: Look, check: (page: Page) => Promise<void>): Promise<void> => {
    const page = await browser.newPage(look);
    const said: string[] = [];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (problem) => said.push(`error: ${problem.message}`));
    page.on("request", (request) => /^(file|data):/.test(request.url()) || said.push(`request: ${request.url()}`));
    page.on("requestfailed", (request) => said.push(`failed: ${request.url().slice(0, 80)}`));
    await page.goto(pathToFileURL(join(folder, file)).href);
    await check(page);
    expect(said).toEqual([]);
    await page.close();
  };
  const value = <T>(page: Page, code: string): Promise<T> => page.evaluate<T>(code);
  const tooWide =
    "[...document.querySelectorAll('body *')].filter((e) => !e.closest('.scroll, pre, svg') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))";

  it.each([360, 768, 1280])("has no horizontal scroll at %i pixels", async (width) => {
    await opened("report.html", { viewport: { width, height: 740 } }, async (page) => {
      expect(await value<number>(page, "document.documentElement.scrollWidth")).toBe(width);
      expect(await value<string[]>(page, tooWide)).toEqual([]);
    });
  });

  it("is light or dark as the reader's system is, and readable in both", async () => {
    const shades: number[] = [];
    for (const colorScheme of ["light", "dark"] as const)
      await opened("report.html", { colorScheme }, async (page) => {
        const shade = (property: string): Promise<number> =>
          value(page, `getComputedStyle(document.body).${property}.match(/\\d+/g).map(Number).reduce((a, b) => a + b) / 3`);
        shades.push(await shade("backgroundColor"), await shade("color"));
      });
    const [lightPaper, lightInk, darkPaper, darkInk] = shades;
    expect(lightPaper! - lightInk!).toBeGreaterThan(180);
    expect(darkInk! - darkPaper!).toBeGreaterThan(180);
  });

  it("prints on white paper, from a dark screen too, without its links and boxes to tick", async () => {
    await opened("report.html", { colorScheme: "dark", viewport: { width: 680, height: 900 } }, async (page) => {
      await page.emulateMedia({ media: "print" });
      expect(await value(page, "getComputedStyle(document.body).backgroundColor")).toBe("rgb(253, 253, 251)");
      expect(await value(page, "getComputedStyle(document.querySelector('nav')).display")).toBe("none");
      expect(await value(page, tooWide)).toEqual([]);
    });
  });

  it("hides and shows the marks by their boxes, without script", async () => {
    await opened("report.html", {}, async (page) => {
      const shown = (layer: string): Promise<string> =>
        value(page, `getComputedStyle(document.querySelector('.view rect.${layer}')).visibility`);
      expect(await shown("fn")).toBe("visible");
      await page.uncheck("#show-fn");
      expect([await shown("fn"), await shown("fp"), await shown("tp")]).toEqual(["hidden", "visible", "visible"]);
    });
  });

  it("every mask and picture decodes, to the size of the grid", async () => {
    await opened("report.html", {}, async (page) => {
      const sizes = await value<string[]>(
        page,
        "Promise.all([...document.querySelectorAll('image')].map(async (e) => { const i = new Image(); i.src = e.href.baseVal; await i.decode(); return `${i.naturalHeight} ${i.naturalWidth}`; }))",
      );
      expect(sizes.length).toBeGreaterThan(6 * 3);
      expect(new Set(sizes)).toEqual(new Set(["192 256"]));
    });
  });

  it("text from outside does nothing", async () => {
    await opened("hostile.html", { viewport: { width: 360, height: 740 } }, async (page) => {
      expect(await page.title()).toContain("<script>");
      expect(await value(page, "document.querySelectorAll('script, img, [onerror]').length")).toBe(0);
      expect(await value<number>(page, "document.documentElement.scrollWidth")).toBe(360);
    });
  });
});
