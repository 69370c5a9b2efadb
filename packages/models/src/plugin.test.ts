import { describe, expect, it } from "vitest";
import type { NetworkSpec, Plugin } from "@segdistill/core/contract";
import { segdistill as offered } from "./index.js";

const segdistill: Plugin = offered;

/** As a configuration does it: what the file says, then what the data say. */
function made(name: string, said: unknown, frame = { inputChannels: 3, classes: 4 }): NetworkSpec<string> {
  const { options, create } = segdistill.networks![name]!;
  return create(options.parse(said) as never)(frame);
}

describe("networks of configurations", () => {
  it("are these, by the contract's first version", () => {
    expect([segdistill.contract, Object.keys(segdistill.networks!)]).toEqual([
      1,
      ["u-net", "mobile-u-net", "enet", "erfnet", "fanet", "transunet"],
    ]);
  });

  it("carry their names", () => {
    for (const name of Object.keys(segdistill.networks!)) expect(made(name, {}).name).toBe(name);
  });

  it("fill in defaults and take the frame", () => {
    const spec = made("u-net", {});
    expect([spec.options, spec.inputChannels, spec.classes]).toEqual([{ width: 64, bias: false }, 3, 4]);
    expect(made("u-net", { width: 16, bias: true }).options).toEqual({ width: 16, bias: true });
    expect(made("fanet", {}).options).toEqual({ width: 64 });
    expect(made("transunet", { size: "small" }).options).toEqual({ size: "small", norm: "group", image: 224 });
    const mobile = made("mobile-u-net", {});
    expect([mobile.options, mobile.inputChannels, mobile.classes]).toEqual([{}, 3, 4]);
    for (const name of ["enet", "erfnet"]) {
      const small = made(name, {});
      expect([small.options, small.inputChannels, small.classes]).toEqual([{}, 3, 4]);
    }
  });
});

describe("options that are refused", () => {
  const issues = (name: string, said: unknown): unknown => {
    try {
      made(name, said);
    } catch (error) {
      return (error as { issues: { path: unknown; message: string }[] }).issues.map(({ path, message }) => ({ path, message }));
    }
    return "accepted";
  };

  it.each([
    ["u-net", { widht: 32 }, { path: [], message: 'Unrecognized key: "widht"' }],
    ["u-net", { width: 0 }, { path: ["width"], message: "Too small: expected number to be >=1" }],
    ["u-net", { width: 1.5 }, { path: ["width"], message: "Invalid input: expected int, received number" }],
    ["u-net", { bias: "yes" }, { path: ["bias"], message: "Invalid input: expected boolean, received string" }],
    ["fanet", { width: 7 }, { path: ["width"], message: "Invalid number: must be a multiple of 2" }],
    ["transunet", { size: "large" }, { path: ["size"], message: 'Invalid option: expected one of "base"|"small"' }],
    ["transunet", { image: 250 }, { path: ["image"], message: "Invalid number: must be a multiple of 16" }],
    ["mobile-u-net", { width: 32 }, { path: [], message: 'Unrecognized key: "width"' }],
    ["enet", { width: 32 }, { path: [], message: 'Unrecognized key: "width"' }],
    ["erfnet", { dropout: 0.3 }, { path: [], message: 'Unrecognized key: "dropout"' }],
  ])("%s %o", (name, said, issue) => {
    expect(issues(name, said)).toEqual([issue]);
  });
});
