import { segdistill } from "@segdistill/models";
import { fourLevels } from "./four-levels.mjs";
import { stop } from "../stop.mjs";

/** The network that a configuration names `use`, with its options, for one channel and two classes. */
export function networkOf({ use, ...options }) {
  if (use === "u-net" && options.levels === 4) return fourLevels({ ...options, classes: 2 });
  const offered = segdistill.networks[use];
  if (!offered) throw stop(`there is no network "${use}" in @segdistill/models: ${Object.keys(segdistill.networks).join(", ")}`, 1);
  return offered.create(offered.options.parse(options))({ inputChannels: 1, classes: 2 });
}
