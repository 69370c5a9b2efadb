/** What `methods` measures, by the names of `--method`; ours/methods.mjs and pytorch/methods.py make them. */
export const methodNames = {
  plain: "none: the teacher runs",
  paraphrased: "none: its maps paraphrased too",
  kd: "KD (logits)",
  at: "AT",
  fsp: "FSP",
  ft: "FT",
  vid: "VID",
  skd: "SKD",
  ifvd: "IFVD",
  emkd: "EMKD",
  cocod: "CoCoD",
  "graph-flow-graph": "Graph Flow, R1, graph alone",
  "graph-flow-r1-no-adversary": "Graph Flow, R1, without discriminator",
  "graph-flow-r1": "Graph Flow, R1",
  "graph-flow-r3-no-adversary": "Graph Flow, R3, without discriminator",
  "graph-flow-r3": "Graph Flow, R3",
  "light-vessel-features": "LightVessel, features alone",
  "light-vessel": "LightVessel",
};
/** What `gkd` measures, likewise; ours/gkd.mjs and pytorch/gkd.py make them. */
export const partNames = {
  psae: "S1 (i): autoencoder of masks",
  "psae-headers": "S1 (ii): its headers",
  tan: "S2: the teacher's alignment",
  san: "S2: the student's alignment",
  plain: "S3, neither: the teacher runs",
  dcgd: "S3, DCGD alone",
  dicd: "S3, DICD alone",
  gkd: "S3, DCGD and DICD",
};
