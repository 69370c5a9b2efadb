import {
  exp,
  logSoftmax,
  matMul,
  mul,
  neg,
  relu,
  reshape,
  squaredDifference,
  sub,
  sum,
  tanh,
  transpose,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { crossEntropy } from "@segdistill/backend/ops";
import {
  adam,
  frozen,
  meanOver,
  offer,
  service,
  stage,
  type Answer,
  type Loss,
  type Make,
  type Method,
  type Module,
  type Pass,
  type Scope,
  type Views,
} from "@segdistill/core";
import { conv, double, norm } from "./networks.js";
import { brightness } from "./transforms.js";

/** Latent size, and the width of a header. */
const [d, hidden] = [8, 6];

/** Between a map [B, h, w, d] and a vector [B, d]; linear over positions, shared by the channels. */
function headers(make: Make, positions: number) {
  const linear = (name: string, i: number, o: number): Tensor2D =>
    make.variable(name, [i, o], { normal: 1 / Math.sqrt(i) }) as Tensor as Tensor2D;
  const [a, b, e, f] = [
    linear("down1", positions, hidden),
    linear("down2", hidden, 1),
    linear("up1", 1, hidden),
    linear("up2", hidden, positions),
  ];
  return {
    down: (map: Tensor4D): Tensor2D =>
      reshape(matMul(tanh(matMul(reshape(transpose(map, [0, 3, 1, 2]), [-1, positions]) as Tensor2D, a)), b), [-1, d]),
    up: (v: Tensor2D, [h, w]: readonly [number, number]): Tensor4D =>
      transpose(reshape(matMul(tanh(matMul(reshape(v, [-1, 1]) as Tensor2D, e)), f), [-1, d, h, w]), [0, 2, 3, 1]),
  };
}

// P-SAE (i): masks only, no network; (ii): headers only -----------------------------------------------------------------
/** A service that runs modules takes `step.pass`: who trains and what moves is decided by the reader's stage, not here. */
type PassOf = (module: Module) => Pass;
interface Autoencoder {
  readonly encode: (masks: Tensor4D, pass: PassOf) => Tensor4D;
  readonly decode: (map: Tensor4D) => Tensor4D;
  readonly size: readonly [number, number];
}
interface Latent {
  readonly encode: (masks: Tensor4D, pass: PassOf) => Tensor2D;
}
const [autoencoder, latent] = [service<Autoencoder>("msan/autoencoder"), service<Latent>("msan/latent")];

const autoencoding = (): Method<"psae", {}> => ({
  name: "psae",
  options: {},
  wants: {},
  provides: [autoencoder],
  build: ({ scope, picture: { height, width, classes } }) => {
    const m = scope.module("autoencoder", (make) => {
      const [a, n, b, c] = [
        conv(make, "down1", classes, d, 3),
        norm(make, "down1", d),
        conv(make, "down2", d, d, 3),
        conv(make, "up", d, classes, 3),
      ];
      return {
        encode: (y: Tensor4D, pass: Pass): Tensor4D => relu(b(relu(n(a(y, 2), pass)), 2)),
        decode: (map: Tensor4D): Tensor4D => c(double(double(map))),
      };
    });
    const offered: Autoencoder = { encode: (y, pass) => m.encode(y, pass(m)), decode: m.decode, size: [height / 4, width / 4] };
    const loss = (step: { labels: Tensor4D; labelled: Tensor; pass: PassOf }): Loss =>
      meanOver(crossEntropy(offered.decode(offered.encode(step.labels, step.pass)), step.labels), step.labelled);
    return {
      trains: [m],
      provides: [offer(autoencoder, offered)],
      terms: [{ name: "masks", loss }],
      gates: [{ name: "reconstruction", otherwise: "stop", accept: (value) => value < 5, measure: loss }],
    };
  },
});

const latentHeaders = (): Method<"psae-headers", {}> => ({
  name: "psae-headers",
  options: {},
  wants: {},
  uses: [autoencoder],
  provides: [latent],
  build: ({ scope, use }) => {
    const ae = use(autoencoder);
    const m = scope.module("headers", (make) => headers(make, ae.size[0] * ae.size[1]));
    return {
      trains: [m],
      provides: [offer(latent, { encode: (y, pass) => m.down(ae.encode(y, pass)) })],
      terms: [
        {
          name: "map",
          loss: (step) => {
            const map = ae.encode(step.labels, step.pass);
            return meanOver(squaredDifference(m.up(m.down(map), ae.size), map), step.labelled);
          },
        },
        {
          name: "masks",
          loss: (step) =>
            meanOver(crossEntropy(ae.decode(m.up(m.down(ae.encode(step.labels, step.pass)), ae.size)), step.labels), step.labelled),
        },
      ],
    };
  },
});

// TAN and SAN, by consistency training ------------------------------------------------------------------------------------
/** Between a bottleneck and its latent vector. */
export interface Aligner {
  readonly encode: (bottleneck: Tensor4D) => Tensor2D;
  readonly decode: (v: Tensor2D) => Tensor4D;
}
export interface Alignment {
  readonly teacher: Aligner;
  readonly student: Aligner;
  readonly size: number;
}
/** What dcgd and dicd use; another package may provide it. */
export const alignment = service<Alignment>("alignment");
const tan = service<Aligner>("msan/tan");
const appearance: Views = { count: 1, transforms: [brightness({ by: 0.2 })] };

const aligner = (scope: Scope, [h, w]: readonly [number, number], channels: number): Aligner & Module =>
  scope.module("aligner", (make) => {
    const [map, into, back] = [headers(make, h * w), conv(make, "in", channels, d, 1), conv(make, "out", d, channels, 1)];
    return { encode: (f: Tensor4D) => map.down(into(f)), decode: (v: Tensor2D) => back(map.up(v, [h, w])) };
  });

const consistency = (side: "teacher" | "student"): Method<"act", { aligned: never }> => ({
  name: "act",
  options: { side },
  wants: { aligned: [] },
  uses: side === "teacher" ? [latent] : [latent, tan],
  provides: [side === "teacher" ? tan : alignment],
  build: ({ scope, picture: { height, width }, net, use }) => {
    const { stride, channels } = net.aligned.bottleneck;
    const [a, psae] = [aligner(scope, [height / stride, width / stride], channels), use(latent)];
    const again = ({ encoding, decode }: Answer<never>): Tensor =>
      logSoftmax(decode({ ...encoding, bottleneck: a.decode(a.encode(encoding.bottleneck)) }));
    return {
      trains: [a],
      provides: [side === "teacher" ? offer(tan, a) : offer(alignment, { teacher: use(tan), student: a, size: d })],
      terms: [
        {
          name: "latent",
          loss: (step) =>
            meanOver(squaredDifference(a.encode(step.net.aligned.encoding.bottleneck), psae.encode(step.labels, step.pass)), step.labelled),
        },
        {
          name: "reconstruction",
          loss: (step) => {
            const f = step.net.aligned.encoding.bottleneck;
            return meanOver(squaredDifference(a.decode(a.encode(f)), f));
          },
        },
        { name: "decoded", loss: (step) => meanOver(neg(sum(mul(step.labels, again(step.net.aligned)), -1)), step.valid, step.labelled) },
        {
          name: "agreement",
          loss: (step) => {
            const own = logSoftmax(step.net.aligned.logits);
            return meanOver(sum(mul(exp(own), sub(own, again(step.net.aligned))), -1), step.valid);
          },
        },
        {
          name: "augmented",
          weight: 0.5,
          loss: (step) => {
            const v = step.view(appearance, 1);
            return meanOver(
              squaredDifference(a.encode(v.net.aligned.encoding.bottleneck), psae.encode(v.labels, step.pass)),
              step.labelled,
            );
          },
        },
      ],
    };
  },
});

/** Four stages and no term: what it trains is offered as `alignment`. SAN is fitted to the student trained alone. */
export const msan = (): Method<"msan", { teacher: never; student: never }> => ({
  name: "msan",
  options: {},
  wants: { teacher: [], student: [] },
  stages: ({ trained, data }) => {
    const rest = { optimiser: adam({ rate: 1e-3 }), steps: 5, data };
    return [
      stage({ name: "psae", nets: {}, methods: [autoencoding()], ...rest }),
      stage({ name: "psae-headers", nets: {}, methods: [latentHeaders()], ...rest }),
      stage({ name: "tan", nets: { aligned: frozen(trained.teacher) }, methods: [consistency("teacher")], ...rest }),
      stage({ name: "san", nets: { aligned: frozen(trained.student) }, methods: [consistency("student")], ...rest }),
    ];
  },
});
