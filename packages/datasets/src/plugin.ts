import { chaseDb1, chaseDb1Options } from "./adapters/chase-db1.js";
import { folder } from "./adapters/folder.js";
import { folderOptions } from "./adapters/folder-options.js";
import { phantoms, phantomsOptions } from "./adapters/phantoms.js";
import { stare, stareOptions } from "./adapters/stare.js";

/** What this package offers to configurations. interfaces.md 1 */
export const segdistill = {
  contract: 1 as const,
  datasets: {
    phantoms: { options: phantomsOptions, create: phantoms },
    folder: { options: folderOptions, create: folder },
    "chase-db1": { options: chaseDb1Options, create: chaseDb1 },
    stare: { options: stareOptions, create: stare },
  },
};
