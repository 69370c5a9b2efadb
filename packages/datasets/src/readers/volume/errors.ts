import { userError } from "../../errors.js";

/** A volume file that is not there. */
export const volumeMissing = (path: string): Error =>
  userError(
    "volume-missing",
    `[volume] "${path}" does not exist. Expected a .nii, .nii.gz, .nrrd or .mha file, or a folder of DICOM files. Check the path, or download the data set again.`,
  );

/** A volume that is damaged, of another format, or placed in a way that the decoder does not keep; `found` says which. */
export const volumeUnreadable = (path: string, found: string): Error =>
  userError(
    "volume-unreadable",
    `[volume] "${path}" cannot be read. Expected a complete .nii, .nii.gz, .nrrd or .mha file, or DICOM files of one series, with axes at right angles; found ${found}. Download it again, or convert it.`,
  );

/** An image of another number of axes, or with several numbers a voxel. */
export const volumeAxes = (path: string, axes: number, components: number): Error =>
  userError(
    "volume-axes",
    `[volume] "${path}" has ${axes} axes and ${components} ${components === 1 ? "number" : "numbers"} a voxel. Expected 3 or 4 axes and 1 number. Convert it.`,
  );

/** A file with several channels of which none, or none that it has, was chosen. */
export const volumeChannel = (path: string, channels: number, channel: number | undefined, names: readonly string[] = []): Error =>
  userError(
    "volume-channel",
    `[volume] "${path}" has ${channels} ${channels === 1 ? "channel" : "channels"}${names.length > 0 ? ` (${names.map((name, i) => `${i} ${name}`).join(", ")})` : ""}, and ${channel === undefined ? "none was chosen" : `channel ${channel} was chosen`}. Expected one from 0 to ${channels - 1}. Set channel.`,
  );

/** DICOM files that do not make one volume. */
export const seriesSizes = (folder: string, files: number, slices: number): Error =>
  userError(
    "series-sizes",
    `[volume] the ${files} DICOM files of "${folder}" make ${slices} slices. Expected one slice a file. Take files of another kind (a scout view, a report) out of the folder.`,
  );

/** A series in which slices are missing or lie at one place; distances in mm. */
export const seriesGap = (folder: string, step: number, mean: number): Error =>
  userError(
    "series-gap",
    `[volume] the slices of "${folder}" are not evenly spaced. Expected one distance between neighbours; the first two are ${Number(step.toFixed(4))} mm apart, all of them ${Number(mean.toFixed(4))} mm on average. Add the missing files, or take out what is there twice.`,
  );
