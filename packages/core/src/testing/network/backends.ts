import { tidy } from "@tensorflow/tfjs-core";
import { onBoth } from "../both-backends.js";
import { apartAt } from "../method/running.js";
import { answerOf, imagesOf, passOf, withNetwork, type NetworkSubject } from "./built.js";
import type { HoldsOfNetwork } from "./describe-network.js";
import * as say from "./errors.js";
import { unitOf } from "./facts.js";

type Maps = ReadonlyMap<string, Float32Array>;

export const backends: HoldsOfNetwork<"every backend agrees"> = {
  "every backend agrees": async (subject) => {
    const [one, other] = await onBoth(async (backend) => {
      try {
        return await mapsOf(subject);
      } catch (error) {
        throw backend === "tensorflow" ? error : say.backendFails(subject.name, (error as Error).message);
      }
    });
    for (const [what, expected] of one) {
      const found = other.get(what)!;
      const at = apartAt(expected, found, 1e-4);
      if (at !== null) throw say.backendsDiffer(subject.name, what, expected[at]!, found[at]!);
    }
  },
};

/** All that it gives of one picture in inference, on the backend of the moment. */
const mapsOf = (subject: NetworkSubject): Promise<Maps> =>
  withNetwork(subject, (network, spec) => {
    const maps = new Map<string, Float32Array>();
    tidy(() => {
      const images = imagesOf(spec, 1, unitOf(spec), 2 * unitOf(spec));
      const { logits, encoding, taps } = answerOf(network, images, passOf("inference", "still", 1));
      const all = {
        "the logits": logits,
        "the bottleneck": encoding.bottleneck,
        ...Object.fromEntries(Object.entries(taps).map(([tap, map]) => [`tap "${tap}"`, map])),
      };
      for (const [what, map] of Object.entries(all)) maps.set(what, Float32Array.from(map.dataSync()));
    });
    return maps;
  });
