import { busi, busiOptions } from "./adapters/busi.js";
import { chaosCt, chaosCtOptions } from "./adapters/chaos-ct.js";
import { chaseDb1, chaseDb1Options } from "./adapters/chase-db1.js";
import { cvcClinicDb, cvcClinicDbOptions } from "./adapters/cvc-clinicdb.js";
import { dca1, dca1Options } from "./adapters/dca1.js";
import { drive, driveOptions } from "./adapters/drive.js";
import { folder } from "./adapters/folder.js";
import { folderOptions } from "./adapters/folder-options.js";
import { hrf, hrfOptions } from "./adapters/hrf.js";
import { kvasirSeg, kvasirSegOptions } from "./adapters/kvasir-seg.js";
import { lits, litsOptions } from "./adapters/lits.js";
import { msd, msdOptions } from "./adapters/msd.js";
import { phantoms, phantomsOptions } from "./adapters/phantoms.js";
import { stare, stareOptions } from "./adapters/stare.js";

/** What this package offers to configurations. interfaces.md 1 */
export const segdistill = {
  contract: 1 as const,
  datasets: {
    phantoms: { options: phantomsOptions, create: phantoms },
    folder: { options: folderOptions, create: folder },
    "chase-db1": { options: chaseDb1Options, create: chaseDb1 },
    dca1: { options: dca1Options, create: dca1 },
    "cvc-clinicdb": { options: cvcClinicDbOptions, create: cvcClinicDb },
    "kvasir-seg": { options: kvasirSegOptions, create: kvasirSeg },
    busi: { options: busiOptions, create: busi },
    "chaos-ct": { options: chaosCtOptions, create: chaosCt },
    lits: { options: litsOptions, create: lits },
    msd: { options: msdOptions, create: msd },
    drive: { options: driveOptions, create: drive },
    hrf: { options: hrfOptions, create: hrf },
    stare: { options: stareOptions, create: stare },
  },
};
