import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// What a user meets: one message, exit code 2, no stack trace, and whatever was there is still there.
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "segdistill-bad-"));
const config = `name: bad
data:
  train: { use: folder, split: train }
  test: { mine: { use: folder, split: test } }
prepare: [{ channel: green }, { scale: 255 }]
sample: { patch: 32, perImage: 2, batch: 2 }
teacher: { use: u-net, width: 2, train: { steps: 2, optimiser: { adam: { rate: 1e-3 } } } }
student: { use: mobile-u-net }
distil: { steps: 2, optimiser: { adam: { rate: 1e-3 } }, methods: [{ use: "@segdistill/plugin-kd#supervised" }] }
evaluate: { metrics: [dice], tile: { size: 32, overlap: 0 } }
`;

const picture = (width: number, height: number, channels: 1 | 3, value: (i: number) => number) =>
  sharp(Buffer.from(Uint8Array.from({ length: width * height * channels }, (_, i) => value(i))), {
    raw: { width, height, channels },
  }).png();
async function dataSet(name: string, change?: (at: string) => unknown): Promise<void> {
  const at = join(folder, name);
  for (const part of ["images", "masks"]) mkdirSync(join(at, part), { recursive: true });
  for (let k = 0; k < 6; k++) {
    await picture(40, 36, 3, (i) => (i * 7 + k) % 256).toFile(join(at, "images", `${k}.png`));
    await picture(40, 36, 1, (i) => (i % 5 ? 0 : 255)).toFile(join(at, "masks", `${k}.png`));
  }
  await change?.(at);
}
const breakOff = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - Math.floor(bytes.length / 3));
const everyPicture = (at: string, change: (path: string) => unknown): Promise<unknown> =>
  Promise.all(readdirSync(join(at, "images")).map((name) => change(join(at, "images", name))));

beforeAll(async () => {
  writeFileSync(join(folder, "bad.yaml"), config);
  await dataSet("good");
  await dataSet("no-mask", (at) => rmSync(join(at, "masks", "3.png")));
  await dataSet("size", (at) =>
    Promise.all([0, 1, 2, 3, 4, 5].map((k) => picture(30, 36, 1, (i) => (i % 5 ? 0 : 255)).toFile(join(at, "masks", `${k}.png`)))),
  );
  await dataSet("broken-off", (at) => everyPicture(at, (path) => writeFileSync(path, breakOff(readFileSync(path)))));
  await dataSet("value", (at) =>
    Promise.all([0, 1, 2, 3, 4, 5].map((k) => picture(40, 36, 1, (i) => (i % 2 ? 0 : 100)).toFile(join(at, "masks", `${k}.png`)))),
  );
  await dataSet("cmyk", (at) =>
    everyPicture(at, async (path) => {
      rmSync(path);
      await sharp({ create: { width: 40, height: 36, channels: 3, background: "red" } })
        .toColourspace("cmyk")
        .jpeg()
        .toFile(path.replace(".png", ".jpg"));
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  /** The last line of standard error, with the folder's own name and the picture that was met first taken out. */
  readonly message: string;
}
let runs = 0;
function run(...args: readonly string[]): Ended {
  const place = args.includes("--run") ? [] : ["--run", `runs-${runs++}/bad`];
  const { status, stderr } = spawnSync(process.execPath, [bin, "run", "bad.yaml", "--quiet", ...place, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).not.toMatch(/^\s+at /m);
  const message = (stderr.trim().split("\n").at(-1) ?? "")
    .replaceAll(folder, "FOLDER")
    .replace(/(images|masks)\/\d\./g, "$1/N.")
    .replace(/into "\d"/, 'into "N"');
  return { code: status, message };
}

describe("data", { timeout: 120_000 }, () => {
  test.each([
    [
      "no root",
      [],
      '[folder] no folder was given. Expected one with pictures in "images" and masks of the same names in "masks" (options images and masks); data: your own. Say where it is with --data folder=PATH, or put it into the folder that SEGDISTILL_DATA names.',
    ],
    [
      "a root that is not there",
      ["--data", "folder=nowhere"],
      '[folder] the folder "FOLDER/nowhere" does not exist. Expected the folder of the data. Correct the path: --data folder=PATH.',
    ],
    [
      "a picture without mask",
      ["--data", "folder=no-mask"],
      '[folder] picture "images/N.png" has no mask. Expected "masks/N.png". Add it, or set unlabelled: true.',
    ],
    [
      "a mask of another size",
      ["--data", "folder=size"],
      '[folder] "masks/N.png" is 30x36, its picture "images/N.png" is 40x36 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
    ],
    [
      "a PNG that breaks off",
      ["--data", "folder=broken-off"],
      '[picture] "FOLDER/broken-off/images/N.png" cannot be read. Expected a complete PNG, JPEG, TIFF, GIF, WebP, PGM or PPM file, gzipped or not; found a PNG file that is damaged or breaks off. Download it again, or convert it to PNG.',
    ],
    [
      "CMYK colours",
      ["--data", "folder=cmyk"],
      '[picture] "FOLDER/cmyk/images/N.jpg" has CMYK colours. Expected grey or RGB with 8 or 16 bits a channel. Convert it to an RGB PNG.',
    ],
    [
      "a patch larger than the picture",
      ["--data", "folder=good", "--set", "sample.patch=64"],
      '[sample] a patch of 64 x 64 does not fit into "N", which is 36 x 40 (height x width) after the preparation. Choose a smaller patch, or a larger fieldOfViewWidth or resize.',
    ],
  ])("%s", (_, args, message) => {
    expect(run(...args)).toEqual({ code: 2, message });
  });

  test("a mask value that no rule knows", () => {
    const { code, message } = run("--data", "folder=value");
    expect(code).toBe(2);
    expect(message).toBe(
      '[mask] "masks/N.png" is a soft mask. Expected at least 99 % of the pixels within 16 of 0 or 255; found 0-31: 50.0 %, 32-63: 0.0 %, 64-95: 0.0 %, 96-127: 50.0 %, 128-159: 0.0 %, 160-191: 0.0 %, 192-223: 0.0 %, 224-255: 0.0 %. Set threshold: 128 to cut it there.',
    );
  });
});

test("a loss that is no number any more stops its stage within a step", { timeout: 120_000 }, () => {
  const wild = ["teacher.train.steps=4", "teacher.train.optimiser.adam.rate=1e38", "precision=float32"].flatMap((set) => ["--set", set]);
  expect(run("--data", "folder=good", ...wild)).toEqual({
    code: 3,
    message:
      '[supervised/ce] became NaN in step 1 of stage "teacher" (cases 0, 5): variable "teacher/student/encoder/1/first/conv/kernel" is not finite before the step: the update before it was too large. The last good checkpoint is kept. Lower the rate or the term\'s weight, or clip the gradient.',
  });
});

describe("configuration and run folder", { timeout: 240_000 }, () => {
  test.each([
    [
      "student.use=mobile-unet",
      'package "@segdistill/models" offers no network "mobile-unet". Nearest: "mobile-u-net". It offers: enet, erfnet, fanet, mobile-u-net, transunet, u-net.',
    ],
    [
      "distil.methods=[{ use: '@segdistill/plugin-kd#logit' }]",
      'package "@segdistill/plugin-kd" offers no method "logit". Nearest: "logits". It offers: logits, supervised.',
    ],
    [
      "distil.methods=[{ use: '@somebody/plugin-none' }]",
      'package "@somebody/plugin-none" is not installed; looked from FOLDER upwards. Install it: npm install @somebody/plugin-none',
    ],
    [
      "distil.optimizer=adam",
      'unknown key "optimizer" in distil. Nearest: "optimiser". Known keys: accumulate, average, balance, clip, epochs, groups, init, methods, nonFinite, optimiser, recompute, schedule, steps, validate, warmUp, without.',
    ],
  ])("%s is refused", (set, message) => {
    expect(run("--data", "folder=good", "--set", set)).toEqual({ code: 2, message: `[--set ${set}] ${message}` });
  });

  test("another configuration, a damaged checkpoint", () => {
    expect(run("--run", "kept/bad", "--data", "folder=good").code).toBe(0);
    const other = run("--run", "kept/bad", "--data", "folder=good", "--set", "distil.steps=3");
    expect(other).toEqual({
      code: 2,
      message:
        '[run] "kept/bad" holds a run of another configuration: distil.steps is 2 there and 3 here. Give this run a folder of its own with --run, or delete "kept/bad".',
    });
    // nothing is lost: the same configuration has nothing left to do
    expect(run("--run", "kept/bad", "--data", "folder=good").code).toBe(0);
    // a damaged result of the teacher is set aside and trained again; the others are as they were
    cpSync(join(folder, "kept"), join(folder, "damaged"), { recursive: true });
    const run2 = join(folder, "damaged", "bad");
    rmSync(join(run2, "results.json"));
    const teacher = join(run2, "checkpoints", "teacher");
    const file = "2.safetensors";
    const bytes = readFileSync(join(teacher, file));
    bytes[bytes.length - 1]! ^= 1;
    rmSync(join(teacher, file)); // the copy may share its bytes with the first
    writeFileSync(join(teacher, file), bytes);
    const again = spawnSync(process.execPath, [bin, "run", "bad.yaml", "--run", "damaged/bad", "--data", "folder=good"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(again.status).toBe(0);
    expect(
      again.stderr
        .split("\n")[0]!
        .replaceAll(folder, "FOLDER")
        .replace(/[0-9a-f]{64}/g, "HASH"),
    ).toMatch(
      /^\[checkpoint\] "FOLDER\/damaged\/bad\/checkpoints\/teacher\/2\.safetensors" is damaged: its SHA-256 is HASH, 2\.json says HASH\. It was set aside with the ending "\.damaged"; stage "teacher" (goes on from step 1|starts anew)\.$/,
    );
    const weights = (at: string): Buffer => readFileSync(join(folder, at, "bad", "students", "distilled", "weights.safetensors"));
    expect(weights("damaged").equals(weights("kept"))).toBe(true);
  });
});
