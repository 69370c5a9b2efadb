import { zeros, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { conv, maxPool, sequence } from "./blocks/index.js";
import { fanet } from "./fanet.js";
import { fixedScope, newPass } from "./fixed-scope.js";
import { mobileUNet } from "./mobile-u-net.js";
import { transunet, type TransunetOptions } from "./transunet.js";
import { uNet } from "./u-net.js";

beforeAll(async () => {
  await startEngine();
});

function errorOf(run: () => unknown): { name: string; code: unknown; exit: unknown; message: string } {
  try {
    run();
  } catch (error) {
    const { name, message, code, exit } = error as Error & { code: unknown; exit: unknown };
    return { name, code, exit, message };
  }
  throw new Error("nothing was thrown");
}
const user = (code: string, message: string) => ({ name: "SegDistillError", code, exit: 2, message });
const pass = newPass("inference");

describe("options", () => {
  it("a width that is none", () => {
    expect(errorOf(() => uNet({ width: 0, classes: 2 }))).toEqual(
      user(
        "models-not-a-whole-number",
        "[u-net] width is 0. Expected a whole number, 1 or more. 64 is the published network, 32 a quarter of its cost.",
      ),
    );
  });

  it("channels and classes that are none", () => {
    expect(errorOf(() => mobileUNet({ inputChannels: 1.5, classes: 2 }))).toEqual(
      user(
        "models-not-a-whole-number",
        "[mobile-u-net] inputChannels is 1.5. Expected a whole number, 1 or more. It is the number of channels of the prepared pictures.",
      ),
    );
    expect(errorOf(() => uNet({ classes: 0 }))).toEqual(
      user(
        "models-not-a-whole-number",
        "[u-net] classes is 0. Expected a whole number, 1 or more. It is the number of classes, the background among them.",
      ),
    );
  });
});

describe("options of one network", () => {
  it("fanet: a width that has no half", () => {
    expect(errorOf(() => fanet({ width: 5, classes: 2 }))).toEqual(
      user(
        "models-not-a-whole-number",
        "[fanet] width / 2 is 2.5. Expected a whole number, 1 or more. 64 is the published width; the smallest is 2.",
      ),
    );
  });

  it.each([
    [{ size: "large" }, "models-not-a-choice", '[transunet] size is "large". Expected one of: base, small. Choose one of them.'],
    [{ norm: "layer" }, "models-not-a-choice", '[transunet] norm is "layer". Expected one of: group, batch. Choose one of them.'],
    [
      { image: 100 },
      "models-not-a-whole-number",
      "[transunet] image / 16 is 6.25. Expected a whole number, 1 or more. 224 and 256 are usual; any multiple of 16 works.",
    ],
  ])("transunet: %o", (options, code, message) => {
    expect(errorOf(() => transunet({ classes: 2, ...options } as TransunetOptions))).toEqual(user(code, message));
  });
});

describe("pictures", () => {
  it("a size that cannot be halved often enough", () => {
    const network = uNet({ width: 1, classes: 2 }).build(fixedScope());
    expect(errorOf(() => network.encode(zeros([1, 30, 64, 1]), pass))).toEqual(
      user(
        "models-size-not-a-multiple",
        "[u-net] the input is 30 × 64 pixels. Expected height and width that are multiples of 16. Use 32 × 64: set sample.patch or pad the pictures.",
      ),
    );
  });

  it("the same before anything runs", () => {
    expect(errorOf(() => mobileUNet({ classes: 2 }).macs(256, 100))).toEqual(
      user(
        "models-size-not-a-multiple",
        "[mobile-u-net] the input is 256 × 100 pixels. Expected height and width that are multiples of 32. Use 256 × 128: set sample.patch or pad the pictures.",
      ),
    );
    expect(errorOf(() => mobileUNet({ classes: 2 }).macs(0, 32)).message).toBe(
      "[mobile-u-net] the input is 0 × 32 pixels. Expected height and width that are multiples of 32. Use 32 × 32: set sample.patch or pad the pictures.",
    );
  });

  it("other channels", () => {
    const network = uNet({ width: 1, classes: 2 }).build(fixedScope());
    expect(errorOf(() => network.encode(zeros([1, 32, 64, 3]), pass))).toEqual(
      user(
        "models-other-input-channels",
        "[u-net] the input has 3 channels. Expected 1. Set inputChannels: 3, or prepare the pictures with 1 channels.",
      ),
    );
  });
});

it("an encoding of another network", () => {
  const network = uNet({ width: 1, classes: 2 }).build(fixedScope());
  const skips = [zeros([1, 32, 16, 1])] as Tensor4D[];
  expect(errorOf(() => network.decode({ bottleneck: zeros([1, 2, 1, 24]), skips }, pass))).toEqual(
    user(
      "models-other-encoding",
      "[u-net] decode was given a bottleneck of 24 channels and 1 skips. Expected 16 channels and 4 skips. " +
        "Translate the bottleneck first, and keep the skips: { ...encoding, bottleneck }.",
    ),
  );
});

describe("sequences", () => {
  it("layers that do not fit", () => {
    const layers = [["reduce", conv({ in: 3, out: 8, size: 1 })] as const, ["pool", maxPool(16)] as const];
    expect(errorOf(() => sequence(layers))).toEqual(
      user("models-layers-do-not-fit", '[sequence] layer "pool" takes 16 channels, "reduce" before it gives 8. Make "pool" with in: 8.'),
    );
  });

  it("no layers", () => {
    expect(errorOf(() => sequence([]))).toEqual(
      user("models-empty-sequence", "[sequence] has no layers. Expected one or more. Leave the sequence out."),
    );
  });
});
