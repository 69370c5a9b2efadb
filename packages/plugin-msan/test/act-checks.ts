import {
  add,
  concat,
  fill,
  mul,
  onesLike,
  reshape,
  slice,
  sub,
  tensor,
  tensor1d,
  tensor3d,
  tensor4d,
  zerosLike,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { expectClose } from "@segdistill/core/testing";
import { expect } from "vitest";
import {
  fixture,
  actCase,
  close,
  picking,
  drawn,
  headersOf,
  decoding,
  logs,
  reordered,
  same,
  largest,
  finite,
  ln,
  someMasks,
  someAct,
} from "./cases.js";
import { slopes, values, type ActCase, type Part, type Weights, type Msan } from "./msan.js";

/** What must hold of alignment consistency training, and of it and the autoencoder alike (methods.md 3.4, "Tests"). */
export const actChecks: Readonly<Record<string, (msan: Msan) => void>> = {
  // ACT
  "consistency by hand": ({ consistency }) => {
    // CE(¼ ¾, class 1) + KL(½ ½ ‖ ¼ ¾)
    const [through, own] = [logs([[1, 3], [5, 5]], [1, 1, 2, 2]), logs([[1, 1], [2, 2]], [1, 1, 2, 2])]; // prettier-ignore
    const labels = tensor4d([0, 1, 1, 0], [1, 1, 2, 2]);
    close(consistency(through, own, labels), [ln(4 / 3) + 0.5 * ln(2) + 0.5 * ln(2 / 3), ln(2)], "consistency");
    // three classes: KL((⅛ ¼ ⅝) ‖ ⅓)
    const three = consistency(logs([[1, 1, 1]], [1, 1, 1, 3]), logs([[1, 2, 5]], [1, 1, 1, 3]), tensor4d([0, 1, 0], [1, 1, 1, 3]));
    close(three, ln(3) + ln(3 / 8) / 8 + ln(3 / 4) / 4 + (5 / 8) * ln(15 / 8), "three classes");
  },
  "the four terms by hand": ({ act }) => {
    // one position of d = C = 2 channels; headers add nothing going down and 1 going up, so that v = F, F̂ = F + 1
    const weights = { ...picking(1, 0), b4: tensor1d([-19]) };
    const map = (...x: number[]): Tensor4D => tensor4d(x, [1, 1, 1, 2]);
    const view = { bottleneck: map(5, 7), skip: map(9, 9), labels: map(1, 0), valid: tensor3d([1], [1, 1, 1]) };
    const given: ActCase = {
      act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 },
      size: 2,
      bottleneck: map(1, -2),
      skip: map(0, ln(3)),
      labels: map(0, 1),
      valid: tensor3d([1], [1, 1, 1]),
      labelled: tensor1d([1]),
      view,
      zeta: ({ labels }) => (labels === view.labels ? tensor([4, 7], [1, 2]) : tensor([1, 1], [1, 2])) as Tensor2D,
      decode: (f, skip) => add(mul(f, tensor4d([0, 1], [1, 1, 1, 2])), skip),
    };
    const terms = act(given, weights);
    const found = values(terms);
    expect(Object.fromEntries(Object.entries(terms).map(([name, { weight }]) => [name, weight]))).toEqual(given.act);
    close(found["latent"]!, (0 + 9) / 2, "latent: (1, −2) to (1, 1)");
    close(found["reconstruction"]!, 1, "reconstruction: F + 1 to F");
    const [q, p] = [3 * Math.exp(-1), 3 * Math.exp(-2)].map((odds) => odds / (1 + odds)) as [number, number];
    close(found["consistency"]!, -ln(q) + p * ln(p / q) + (1 - p) * ln((1 - p) / (1 - q)), "consistency");
    close(found["augmentation"]!, (1 + 0) / 2, "augmentation: (5, 7) to (4, 7)");
  },
  "1 × 1 convolutions by hand, where the bottleneck has other channels than the vector": ({ act }) => {
    // F = 3 → (3, 7) = v → F̂ = 3 − 7 + ½
    const bridges = { enterw: tensor([1, 2], [1, 2]), enterb: tensor1d([0, 1]), leavew: tensor([1, -1], [2, 1]), leaveb: tensor1d([0.5]) };
    const [one, flat] = [tensor4d([3], [1, 1, 1, 1]), tensor4d([0, 1], [1, 1, 1, 2])];
    const valid = tensor3d([1], [1, 1, 1]);
    const given: ActCase = {
      act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 },
      size: 2,
      bottleneck: one,
      skip: flat,
      ...{ labels: flat, valid, labelled: tensor1d([1]) },
      view: { bottleneck: mul(one, 2), skip: flat, labels: flat, valid },
      zeta: () => tensor([3, 5], [1, 2]) as Tensor2D,
      decode: (f, skip) => mul(f, skip),
    };
    const found = values(act(given, { ...picking(1, 0), ...bridges }));
    close(found["latent"]!, (0 + 4) / 2, "latent");
    close(found["reconstruction"]!, 6.5 ** 2, "reconstruction");
    close(found["augmentation"]!, (9 + 64) / 2, "augmentation: (6, 13)");
  },
  "ACT as PyTorch, with gradients in both headers and both 1 × 1 convolutions": ({ act, consistency }) => {
    for (const one of fixture().act) {
      const given = actCase(one);
      const at = (now: Weights) => act(given, now);
      const found = values(at(one.weights));
      expect(Object.keys(found)).toEqual(Object.keys(one.terms));
      for (const [name, expected] of Object.entries(one.terms)) expectClose(found[name]!, expected, { what: name });
      const slope = slopes(one.weights, at);
      for (const [name, expected] of Object.entries(one.gradient)) expectClose(slope[name]!, expected, { what: `gradient of ${name}` });
      const own = given.decode(one.bottleneck, one.skip);
      expectClose(consistency(given.decode(one.back, one.skip), own, one.labels), one.pixels, { what: "pixels" });
    }
  },
  "headers that are the identity: nothing to reconstruct, and both predictions agree": ({ act }) => {
    // of one position they can be
    const bottleneck = drawn(1, 2, 1, 1, 3) as Tensor4D;
    const labels = tensor4d([1, 0, 0, 1], [2, 1, 1, 2]);
    const [valid, skip] = [tensor3d([1, 1], [2, 1, 1]), drawn(2, 2, 1, 1, 2) as Tensor4D];
    const mix = decoding(drawn(3, 3, 2) as Tensor2D, 1);
    const decode: ActCase["decode"] = (map, own) => add(mix(map), own);
    const given: ActCase = {
      ...{ bottleneck, labels, valid, skip, decode },
      act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 },
      size: 3,
      labelled: tensor1d([1, 1]),
      view: { bottleneck, skip, labels, valid },
      zeta: () => reshape(bottleneck, [2, 3]) as Tensor2D,
    };
    const found = values(act(given, picking(1, 0)));
    const z = decode(bottleneck, skip);
    const odds = z.dataSync<"float32">();
    const rows = [[odds[0]!, odds[1]!], [odds[2]!, odds[3]!]] as const; // prettier-ignore
    const plain = rows.reduce((all, row, i) => all + ln(Math.exp(row[0]) + Math.exp(row[1])) - row[i]!, 0) / 2; // labels 0 and 1
    expect(found["reconstruction"]!).toBeLessThan(1e-10);
    expect(found["latent"]!).toBeLessThan(1e-10);
    expect(found["augmentation"]!).toBeLessThan(1e-10);
    expect(found["consistency"]!).toBeCloseTo(plain, 4);
  },
  "L_lat and L_aug do not see Aᵈ": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const of = (now: Weights) => act(someAct(), now);
    const found = slopes(weights, of, ["latent", "augmentation"]);
    for (const name of ["w3", "b3", "w4", "b4"]) expect(largest(found[name]!), name).toBe(0);
    for (const name of ["w1", "b1", "w2", "b2"]) expect(largest(found[name]!), name).toBeGreaterThan(0);
    const all = slopes(weights, of, ["reconstruction", "consistency"]);
    for (const name of Object.keys(weights)) expect(largest(all[name]!), name).toBeGreaterThan(0);
    const other = { ...weights, w3: drawn(77, 1, 5), b4: drawn(78, 6) };
    expect(values(of(other))["latent"]).toBe(values(of(weights))["latent"]);
  },
  "a turned picture has a turned mask": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const turned = values(act(someAct(), weights))["augmentation"]!;
    const { view, labels, zeta } = someAct();
    // what it would be against the mask as it was, worked out apart
    const still = values(act(someAct({ view: { ...view, labels } }), weights))["augmentation"]!;
    expect(Math.abs(turned / still - 1)).toBeGreaterThan(1e-3);
    expect(largest(sub(zeta({ labels, valid: view.valid }), zeta(view)))).toBeGreaterThan(0.5);
  },
  "predictions through the vector use the picture's own skips": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const given = someAct();
    const other = someAct({ view: { ...given.view, skip: add(given.view.skip, 3) } });
    expect(values(act(other, weights))["consistency"]).toBe(values(act(given, weights))["consistency"]);
    const moved = values(act(someAct({ skip: add(given.skip, drawn(50, 3, 4, 6, 3)) }), weights));
    expect(moved["latent"]).toBe(values(act(given, weights))["latent"]); // the mask's vector, not the prediction's
    expect(Math.abs(moved["consistency"]! / values(act(given, weights))["consistency"]! - 1)).toBeGreaterThan(1e-3);
  },
  "what does not count: labels of pictures without one, pixels that are not valid": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const given = someAct();
    const alone = reordered(given, [0, 1]);
    const { latent, consistency: con, augmentation } = values(act(alone, weights)) as Record<Part, number>;
    const whole = values(act(given, weights));
    same({ latent: whole["latent"]!, con: whole["consistency"]!, augmentation: whole["augmentation"]! }, { latent, con, augmentation });
    // bottlenecks of pictures without a label count in what reads no label
    expect(Math.abs(values(act(alone, weights))["reconstruction"]! / whole["reconstruction"]! - 1)).toBeGreaterThan(1e-3);
    // other logits where a pixel does not count
    const elsewhere = mul(sub(1, reshape(given.valid, [3, 4, 6, 1])), drawn(51, 3, 4, 6, 3));
    same({ con: values(act({ ...given, skip: add(given.skip, elsewhere) }, weights))["consistency"]! }, { con: whole["consistency"]! });
  },

  // both
  "a batch twice, and in another order, gives the same": ({ masks, act }) => {
    const weights = headersOf(6, 5, 10);
    const twice = [0, 1, 2, 0, 1, 2];
    for (const stage of ["autoencoder", "headers"] as const)
      for (const classes of [2, 3]) {
        const given = someMasks(classes, { stage, emptyMasks: "keep" });
        const found = values(masks(given, weights));
        same(values(masks(reordered(given, [2, 0, 1]), weights)), found);
        same(values(masks(reordered(given, twice), weights)), found);
      }
    const found = values(act(someAct(), weights));
    same(values(act(reordered(someAct(), [2, 0, 1]), weights)), found);
    same(values(act(reordered(someAct(), twice), weights)), found);
  },
  "finite on zero and constant maps, and with nothing but background": ({ masks, act }) => {
    const weights = headersOf(6, 5, 10);
    for (const map of [fill([3, 2, 3, 8], 0), fill([3, 2, 3, 8], 3)] as Tensor4D[])
      for (const classes of [2, 3]) {
        const given = someMasks(classes, { map, emptyMasks: "keep" });
        const background = {
          ...given,
          labels: concat([onesLike(slice(given.labels, [0, 0, 0, 0], [-1, -1, -1, 1])), zerosLike(slice(given.labels, [0, 0, 0, 1]))], 3),
        };
        for (const one of [given, background]) {
          finite(values(masks(one, weights)));
          finite(slopes(weights, (now) => masks(one, now)));
        }
      }
    for (const bottleneck of [fill([3, 2, 3, 4], 0), fill([3, 2, 3, 4], 3)] as Tensor4D[]) {
      const given = someAct({ bottleneck });
      finite(values(act(given, weights)));
      finite(slopes(weights, (now) => act(given, now)));
    }
  },
};
