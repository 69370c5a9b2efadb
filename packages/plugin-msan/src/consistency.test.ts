import { ones, zeros, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Module } from "@segdistill/core";
import type { Built, Step } from "@segdistill/core/contract";
import { describe, expect, test } from "vitest";
import { consistencyTraining } from "./consistency.js";
import { filledIn } from "./options.js";

await startEngine();

/** Which masks are encoded in a step whose view has these labels and pixels that count; undefined: the picture's own. */
function encoded(view: { readonly labels?: Tensor; readonly valid?: Tensor }): readonly (readonly unknown[])[] {
  const { act } = filledIn({});
  const asked: (readonly unknown[])[] = [];
  const psae = {
    size: 3,
    encode: (picture: { labels: unknown; valid: unknown }) => (asked.push([picture.labels, picture.valid]), zeros([2, 3])),
  };
  const build = consistencyTraining("teacher", { ...act, hidden: 2 }).build as unknown as (site: unknown) => Built<Step<{}>>;
  const { terms } = build({
    scope: scope("s", "consistency", 0, new Map<string, Module>()),
    picture: { height: 8, width: 8 },
    net: { aligned: { bottleneck: { stride: 4, channels: 3 } } },
    use: () => psae,
  });
  const net = { aligned: { encoding: { bottleneck: ones([2, 2, 2, 3]) } } };
  const kept = new Map<string, unknown>();
  const own = { labels: zeros([2, 8, 8, 2]), valid: ones([2, 8, 8]), labelled: ones([2]) };
  const step = {
    ...own,
    net,
    pass: undefined,
    once: <T>(name: string, make: () => T): T => kept.set(name, kept.get(name) ?? make()).get(name) as T,
    view: () => ({ ...own, ...view, net }),
  };
  for (const { name, loss } of terms!) if (name === "latent" || name === "augmentation") loss(step as never);
  return asked.map((one) => one.map((tensor) => (tensor === own.labels || tensor === own.valid ? "own" : tensor)));
}

describe("masks are encoded", () => {
  test("once a step, where views leave them alone", () => {
    expect(encoded({})).toEqual([["own", "own"]]);
  });
  test("again where a view turns them, or what counts of them", () => {
    const [labels, valid] = [ones([2, 8, 8, 2]), zeros([2, 8, 8])];
    expect(encoded({ labels })).toEqual([["own", "own"], [labels, "own"]]); // prettier-ignore
    expect(encoded({ valid })).toEqual([["own", "own"], ["own", valid]]); // prettier-ignore
  });
});
