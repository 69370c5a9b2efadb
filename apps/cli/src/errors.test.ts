import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entriesOf, evaluate } from "./commands/evaluate.js";
import { labelsOf, outputOf, picturesIn, windowOf } from "./commands/predict.js";
import { planned } from "./commands/setup.js";
import { readSource } from "./config/read.js";
import { noSupervision, patchMultiple, stoppedMeasuring, weightsFileMissing } from "./run/errors.js";
import { setupRefused } from "./commands/errors.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "segdistill-errors-"));
  mkdirSync(join(folder, "pictures", "b"), { recursive: true });
  for (const name of ["b/2.PNG", "1.ppm.gz", "notes.txt"]) writeFileSync(join(folder, "pictures", name), "");
  mkdirSync(join(folder, "empty"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("what is given to a command", () => {
  test("pictures are found below a folder, results lie where they lay", async () => {
    const input = join(folder, "pictures");
    const found = await picturesIn(input);
    expect(found).toEqual([join(input, "1.ppm.gz"), join(input, "b/2.PNG")]);
    expect(found.map((picture) => outputOf(picture, input, "out"))).toEqual([
      { mask: join("out", "1.png"), overlay: join("out", "1.overlay.png") },
      { mask: join("out", "b/2.png"), overlay: join("out", "b/2.overlay.png") },
    ]);
    expect(outputOf("/a/im.0001.png", "/a/im.0001.png", "out").mask).toBe(join("out", "im.0001.png"));
    // A name of nothing but dots and endings would otherwise lead out of the folder.
    for (const name of ["...png", "..png", ".png", "...png.gz"])
      expect(outputOf(`/a/b/${name}`, "/a", "x/out").mask).toBe(join("x/out/b", `${name}.png`));
  });

  test("volumes have a window and a place for their labels, which is not the volume's own", () => {
    expect([windowOf("-100,240"), windowOf("1%,99.5%")]).toEqual([{ from: -100, to: 240 }, { percentiles: [1, 99.5] }]);
    for (const text of ["240,-100", "1%,99", "a,b", "1,2,3", "-5%,50%"])
      expect(() => windowOf(text)).toThrow(
        `[predict] --window "${text}" is no window. Expected two values, the lower first: --window=-100,240 (HU), or --window=1%,99% (of the volume).`,
      );
    expect(labelsOf({ path: "b/ct", source: "in/b/ct.nrrd" }, "out")).toBe(join("out", "b/ct.nii.gz"));
    expect(labelsOf({ path: "series", source: ["in/series/1"] }, "in")).toBe(join("in", "series.nii.gz"));
    expect(() => labelsOf({ path: "ct", source: resolve("in/ct.nii.gz") }, "in")).toThrow(
      `[predict] the labels would be written over the volume "${join("in", "ct.nii.gz")}" itself. Give another folder with --out.`,
    );
  });

  test("a link that leads out of the folder of pictures is refused", async () => {
    const input = join(folder, "linked");
    mkdirSync(input);
    symlinkSync(join(folder, "pictures", "1.ppm.gz"), join(input, "1.ppm.gz"));
    await expect(picturesIn(input)).rejects.toThrow(
      `[data] "${join(input, "1.ppm.gz")}" is a link that leads out of "${input}". Expected only links inside of it: a data set from elsewhere may not show other files. Put the files themselves there, or give the folder that the link leads to.`,
    );
  });

  test("no picture there, or nothing at all", async () => {
    await expect(picturesIn(join(folder, "none"))).rejects.toThrow(
      `[predict] "${join(folder, "none")}" does not exist. Expected a picture or a folder of pictures.`,
    );
    await expect(picturesIn(join(folder, "empty"))).rejects.toThrow(
      `[predict] "${join(folder, "empty")}" holds no picture. Expected files that end with .png, .jpg, .jpeg, .tif, .tiff, .gif, .webp, .pgm, .ppm, .gz.`,
    );
  });

  test("evaluate takes the run's test sets, or a data set by its name", () => {
    const tests = { own: { use: "chase-db1", split: "test", unseen: false }, far: { use: "stare", split: "all", unseen: true } };
    expect(entriesOf([], tests)).toEqual(tests);
    expect(entriesOf(["far", "chase-db1", "folder"], tests)).toEqual({
      far: tests.far,
      "chase-db1": tests.own,
      folder: { use: "folder", split: "all", unseen: true },
    });
  });

  test("evaluate without anything to measure", async () => {
    const options = { data: [], quiet: true };
    await expect(evaluate(folder, options)).rejects.toThrow(
      `[evaluate] "${folder}" is neither a run folder (with students/) nor a student (with student.json). Expected one of them, for example runs/quickstart.`,
    );
    writeFileSync(join(folder, "student.json"), "{}");
    await expect(evaluate(folder, options)).rejects.toThrow(
      "[evaluate] nothing to measure on. Expected --data NAME=PATH, for example --data stare=/data/stare",
    );
  });

  test("a configuration that is a folder", () => {
    expect(() => readSource(folder)).toThrow(`[${folder}] cannot be read: EISDIR. Expected a YAML or JSON file.`);
  });

  test("a set-up is announced with its size", () => {
    const megabytes = (bytes: number): string => `${bytes / 1e6} MB`;
    const plan = { action: "download", file: "a.whl", url: "https://files.example.org/x/a.whl", bytes: 274e6, folder: "/c" } as const;
    expect(planned(plan, megabytes)).toBe("TensorFlow: download a.whl (274 MB) from files.example.org into /c");
    expect(planned({ ...plan, action: "unpack", url: null, bytes: 0 }, megabytes)).toBe("TensorFlow: unpack a.whl into /c");
  });
});

test("messages of a run", () => {
  expect(patchMultiple("c.yaml:4:1", [100, 60], "u-net", 16).message).toBe(
    "[c.yaml:4:1] a patch of 100 x 60 pixels does not suit u-net, which needs multiples of 16. Take 96 x 64.",
  );
  expect(noSupervision("c.yaml:4:1", ["logits"]).message).toBe(
    '[c.yaml:4:1] no method reads the student alone (logits), so teacher and baseline have nothing to learn from. Add { use: "@segdistill/plugin-kd#supervised" }, or give teacher.weights and set baseline: false.',
  );
  expect(setupRefused().message).toBe(
    "[setup] nothing was downloaded, as you wished. TensorFlow is needed to go on: segdistill setup, or set SEGDISTILL_TENSORFLOW to a folder that holds it.",
  );
  expect(stoppedMeasuring()).toMatchObject({
    exit: 130,
    message: "stopped while measuring; what was trained is kept. Run the same command again to go on.",
  });
  expect(weightsFileMissing("/w.safetensors").message).toBe(
    `[teacher.weights] "/w.safetensors" does not exist. Expected a safetensors file; paths are taken from the configuration's folder.`,
  );
});
