const same = (network) => ({ train: network, predict: network });

/** What `all`, `memory` and `gaps` measure, as a configuration names it. Full widths; TransUNet trains in its small setting. */
export const networks = {
  fanet: same({ use: "fanet" }),
  "u-net": same({ use: "u-net" }),
  "mobile-u-net": same({ use: "mobile-u-net" }),
  enet: same({ use: "enet" }),
  erfnet: same({ use: "erfnet" }),
  transunet: { train: { use: "transunet", size: "small", image: 256 }, predict: { use: "transunet", image: 256 } },
};
/** A frozen teacher and its student. */
export const distillation = { network: networks["mobile-u-net"].train, teacher: networks["u-net"].predict };
/** What `step` measures; the U-Net of four levels is what its aims were set by. */
export const ofStep = {
  "u-net": { use: "u-net", width: 32 },
  "four-levels": { use: "u-net", width: 32, levels: 4 },
  student: { use: "mobile-u-net" },
};
/** What `gkd` measures: teacher and student of the table of retina. */
export const generalisable = { network: ofStep.student, teacher: ofStep["u-net"] };
