/** An error that the user's input caused: `name` "SegDistillError", a stable `code`, and the exit code 2. */
export function userError(code: string, message: string): Error & { readonly code: string; readonly exit: 2 } {
  return Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 as const });
}

// Readers

const formats = "PNG, JPEG, TIFF, GIF, WebP, PGM or PPM";

/** A picture file that is not there. */
export const pictureMissing = (path: string): Error =>
  userError(
    "picture-missing",
    `[picture] "${path}" does not exist. Expected a ${formats} file. Check the path, or download the data set again.`,
  );

/** A file that is no picture we know, or one that is damaged; `found` says which. */
export const pictureUnreadable = (path: string, found: string): Error =>
  userError(
    "picture-unreadable",
    `[picture] "${path}" cannot be read. Expected a complete ${formats} file, gzipped or not; found ${found}. Download it again, or convert it to PNG.`,
  );

/** A picture above the bounds of what is read into memory. */
export const pictureTooLarge = (path: string, found: string, most: number): Error =>
  userError("picture-too-large", `[picture] "${path}" has ${found}. Expected at most ${most}. Make it smaller, or cut it into pieces.`);

/** A picture of a kind that has no place here, such as CMYK or float pixels. */
export const pictureKind = (path: string, found: string): Error =>
  userError(
    "picture-kind",
    `[picture] "${path}" has ${found}. Expected grey or RGB with 8 or 16 bits a channel. Convert it to an RGB PNG.`,
  );

/** A mask value that the map of values does not know. */
export const maskValue = (path: string, value: number, count: number, known: readonly number[]): Error =>
  userError(
    "mask-value",
    `[mask] "${path}" has ${count} pixels of value ${value}. Expected only ${known.join(", ")}. Give ${value} a class, or list it under ignore.`,
  );

/** A raster that no PNG can hold. */
export const notForPng = (path: string, found: string): Error =>
  userError(
    "not-for-png",
    `[picture] "${path}" cannot be written: found ${found}. Expected 1, 3 or 4 channels of 8 or 16 bits. Round and pick channels first.`,
  );

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

/** An image and its label on different grids; `isOnlyPlace` where they have as many voxels. */
export const gridsDiffer = (name: string, image: string, grid: string, label: string, other: string, isOnlyPlace: boolean): Error =>
  userError(
    "grids-differ",
    `[${name}] "${image}" and its label "${label}" are not on one grid. Expected ${isOnlyPlace ? "the same places within 0.001 mm" : "the same numbers of voxels"}; the image is ${grid}, the label ${other}. Nothing is resampled silently: correct the files or their names${isOnlyPlace && name === "folder" ? ", or set trustShape: true" : ""}.`,
  );

/** A label volume with numbers that are no class numbers. */
export const maskFraction = (path: string, value: number): Error =>
  userError(
    "mask-fraction",
    `[mask] "${path}" has the value ${value}. Expected whole numbers from 0 to 65535. Round it, or take the label file.`,
  );

/** A file that a Decathlon list names and that is not there. */
export const msdFileMissing = (path: string, list: string): Error =>
  userError(
    "msd-file-missing",
    `[msd] "${path}" does not exist. Expected every file that ${list} names. Unpack the whole archive, or take the entry out of the list.`,
  );

/** A CHAOS patient with another number of masks than of slices. */
export const chaosCounts = (images: string, slices: number, ground: string, masks: number): Error =>
  userError(
    "chaos-counts",
    `[chaos-ct] "${images}" has ${slices} slices, "${ground}" ${masks} masks. Expected one mask a slice: they are paired by rank. Unpack the archive again.`,
  );

/** A DICOM file and the mask of its rank whose numbers disagree. */
export const chaosNumbers = (image: string, mask: string): Error =>
  userError(
    "chaos-numbers",
    `[chaos-ct] "${image}" and "${mask}" have one rank and different numbers. Expected iNNNN,0000b.dcm with liver_GT_NNN.png. Unpack the archive again.`,
  );

// Raster and preparation

/** A picture from which no channel can be picked. */
export const channelCount = (wanted: string, found: number): Error =>
  userError(
    "channel-count",
    `[channel] ${wanted} cannot be picked from a picture of ${found} channels. Expected 1 (grey), 3 (RGB) or 4 (RGBA). Convert the picture to RGB.`,
  );

/** CLAHE on something else than 8-bit grey. */
export const claheInput = (found: string): Error =>
  userError(
    "clahe-input",
    `[clahe] expected one channel of 8-bit grey, found ${found}. Put { channel: green } before clahe and resizing and scaling after it, or store the picture with 8 bits.`,
  );

/** A cut that leaves the picture. */
export const cropOutside = (cut: string, size: string): Error =>
  userError("crop-outside", `[crop] rows and columns ${cut} are not inside the picture of ${size}. Choose a smaller part, or pad first.`);

/** The preparation ended with more than one channel. */
export const prepareChannels = (id: string, found: number): Error =>
  userError(
    "prepare-channels",
    `[prepare] "${id}" has ${found} channels after the preparation. Expected 1. Add { channel: green } (or grey, red, blue) as the first step of prepare.`,
  );

/** A mask that does not lie on its image. */
export const prepareSizes = (id: string, what: string, expected: string, found: string): Error =>
  userError(
    "prepare-sizes",
    `[prepare] "${id}": image and ${what} differ in size. Expected ${expected} (height x width), found ${found}. Nothing is resized silently: correct the files or their pairing.`,
  );

/** fieldOfViewWidth without a field of view. */
export const fieldOfViewNeeded = (id: string, found: "none" | "an empty one"): Error =>
  userError(
    "field-of-view-needed",
    `[prepare] fieldOfViewWidth needs the field of view of "${id}". Expected a mask with at least one pixel, found ${found}. Give the data set a field of view, or use { resize: [height, width] } instead.`,
  );

/** Scores on another grid than the prepared picture's. */
export const scoresSize = (id: string, expected: string, found: string): Error =>
  userError(
    "scores-size",
    `[prepare] scores of "${id}" are on another grid. Expected ${expected} (height x width), found ${found}. Predict on the prepared picture, padding taken off.`,
  );

// Sampling

/** A patch that does not fit into a picture. */
export const patchTooLarge = (id: string, patch: string, picture: string): Error =>
  userError(
    "patch-too-large",
    `[sample] a patch of ${patch} does not fit into "${id}", which is ${picture} (height x width) after the preparation. Choose a smaller patch, or a larger fieldOfViewWidth or resize.`,
  );

/** Fewer patches than one batch takes. */
export const tooFewPatches = (cases: number, perImage: number, batch: number): Error =>
  userError(
    "too-few-patches",
    `[sample] ${cases} cases with perImage ${perImage} give ${cases * perImage} patches, less than one batch of ${batch}. Raise perImage to at least ${Math.ceil(batch / Math.max(cases, 1))}, or lower batch.`,
  );

/** A label that names a class the task does not have. */
export const labelClass = (id: string, value: number, classes: number): Error =>
  userError(
    "label-class",
    `[sample] the label of "${id}" has the value ${value}. Expected class indices 0 to ${classes - 1}, or 255 for unlabelled. Correct the classes of the data set.`,
  );

/** A split that names one case twice. */
export const caseTwice = (id: string): Error =>
  userError(
    "case-twice",
    `[sample] the case "${id}" is listed twice. Expected every id once. Take it out of the list; perImage draws more patches of a case.`,
  );

/** `sample.unlabelled` without unlabelled data. */
export const unlabelledMissing = (count: number): Error =>
  userError(
    "unlabelled-missing",
    `[sample] unlabelled is ${count}, but no unlabelled pictures are given. Expected a data set under data.unlabelled. Add it, or take sample.unlabelled out.`,
  );

/** Unlabelled data without `sample.unlabelled`. */
export const unlabelledCount = (batch: number): Error =>
  userError(
    "unlabelled-count",
    `[sample] unlabelled pictures are given, but not how many a batch of ${batch} holds. Expected sample.unlabelled from 1 to ${batch - 1}. Set it, or take data.unlabelled out.`,
  );

/** Two kinds of batches that cannot be put together. */
export const picturesDiffer = (labelled: string, unlabelled: string): Error =>
  userError(
    "pictures-differ",
    `[semi-supervised] labelled pictures are ${labelled}, unlabelled ones ${unlabelled} (height x width x channels). Expected the same. Give both one patch size and one list of classes.`,
  );

/** Tiles that cannot cover a picture. */
export const tileOptions = (name: string, expected: string, found: number): Error =>
  userError("tile-options", `[tiles] ${name} is ${found}. Expected ${expected}. Change it.`);

// Adapters

/** At most five names in quotes, and how many there are beyond. */
const listed = (names: readonly string[]): string =>
  names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");

/** A data set that was given no folder. */
export const noRoot = (name: string, holds: string, source: string): Error =>
  userError(
    "no-data-root",
    `[${name}] no folder was given. Expected one with ${holds}; data: ${source}. Say where it is with --data ${name}=PATH, or put it into the folder that SEGDISTILL_DATA names.`,
  );

/** A data root that is not there, or a file. */
export const rootMissing = (name: string, root: string, isFile: boolean): Error =>
  userError(
    "data-root-missing",
    isFile
      ? `[${name}] "${root}" is a file. Expected the folder of the data, unpacked. Unpack it, and give that folder with --data ${name}=PATH.`
      : `[${name}] the folder "${root}" does not exist. Expected the folder of the data. Correct the path: --data ${name}=PATH.`,
  );

/** A link in a data set to something outside of it. */
export const linkLeaves = (root: string, path: string): Error =>
  userError(
    "link-leaves",
    `[data] "${path}" is a link that leads out of "${root}". Expected only links inside of it: a data set from elsewhere may not show other files. Put the files themselves there, or give the folder that the link leads to.`,
  );

/** A file that an option names outside of the data. */
export const fileOutside = (name: string, option: string, found: string, root: string): Error =>
  userError(
    "file-outside",
    `[${name}] ${option} names "${found}", which lies outside of "${root}". Expected a file in the folder of the data. Copy it there.`,
  );

/** A list too large to be one. */
export const listTooLarge = (path: string, found: number, most: number): Error =>
  userError("list-too-large", `[data] "${path}" has ${found} bytes. Expected a list of at most ${most}. Is this the right file?`);

/** A folder pattern of more stars than are matched quickly. */
export const patternStars = (pattern: string): Error =>
  userError(
    "pattern-stars",
    `[folder] the folder pattern "${pattern.slice(0, 200)}" has too many stars. Expected at most two "**", and three "*" between two "/". Spell out more of it.`,
  );

/** An expression that takes too long on a name. */
export const regexSlow = (source: string, seconds: number): Error =>
  userError(
    "regex-slow",
    `[folder] the expression "${source}" takes more than ${seconds} s on one name. Expected one without nested repetitions, such as "^([^_]+)". Write it more simply.`,
  );

/** A folder that holds something else. */
export const notThatDataSet = (name: string, root: string, holds: string): Error =>
  userError(
    "not-that-data-set",
    `[${name}] "${root}" does not hold this data set, nor does a folder in it or above it. Expected ${holds}. Give the folder that the download unpacks to.`,
  );

/** Pictures without a mask; `expected` is the mask of the first, `hint` the suffix that would pair more. */
export const pictureWithoutMask = (
  name: string,
  pictures: readonly string[],
  all: number,
  expected: string,
  hint: string | undefined,
): Error =>
  userError(
    "picture-without-mask",
    pictures.length === 1
      ? `[${name}] picture "${pictures[0]!}" has no mask. Expected "${expected}". ${hint ?? "Add it, or set unlabelled: true."}`
      : `[${name}] ${pictures.length} of ${all} pictures have no mask: ${listed(pictures)}. Expected "${expected}" for the first. ${hint ?? "Add them, or set unlabelled: true."}`,
  );

/** Two files of one case that differ in size. */
export const maskOfAnotherSize = (name: string, picture: string, size: Size, mask: string, other: Size): Error =>
  userError(
    "mask-size",
    `[${name}] "${mask}" is ${other.width}x${other.height}, its picture "${picture}" is ${size.width}x${size.height} (width x height). Expected one size. Nothing is resized silently: correct the files or their names.`,
  );

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Two files that would be one case. */
export const twoPictures = (name: string, first: string, second: string): Error =>
  userError(
    "two-pictures",
    `[${name}] "${first}" and "${second}" are pictures of one name. Expected one file a name. Take one of them away, or list it under skip.`,
  );

/** Masks that belong to no picture. */
export const masksWithoutPicture = (name: string, masks: readonly string[], all: number, hint: string | undefined): Error =>
  userError(
    "mask-without-picture",
    `[${name}] ${masks.length} of ${all} masks have no picture: ${listed(masks)}. Expected a picture of the same name for each. ${hint ?? "Add the pictures, or list the masks under skip."}`,
  );

/** Several masks of one picture where one was expected; `isFree` where combine is an option. */
export const twoMasks = (name: string, picture: string, masks: readonly string[], pictures: number, isFree: boolean): Error =>
  userError(
    "two-masks",
    `[${name}] picture "${picture}" has ${masks.length} masks: ${listed(masks)}${pictures > 1 ? ` (${pictures} pictures have several)` : ""}. Expected one. ${isFree ? "Set combine: or (their union) or combine: first." : "Take one away, or list it under skip."}`,
  );

/** A mask file of class numbers where one class was expected. */
export const classNumbers = (path: string, value: number, count: number): Error =>
  userError(
    "class-numbers",
    `[mask] "${path}" has ${count} pixels of value ${value} and none above 16. Expected 0 and 1, or 0 and 255. Give the values names under classes, or a number as threshold.`,
  );

/** A mask of many grey levels; `shares` of the pixels in eight steps of 32. */
export const softMask = (path: string, shares: readonly number[]): Error =>
  userError(
    "soft-mask",
    `[mask] "${path}" is a soft mask. Expected at least 99 % of the pixels within 16 of 0 or 255; found ${shares
      .map((share, i) => `${32 * i}-${32 * i + 31}: ${(100 * share).toFixed(1)} %`)
      .join(", ")}. Set threshold: 128 to cut it there.`,
  );

/** A colour that no class has. */
export const colourMissing = (path: string, colour: string, count: number, known: readonly string[]): Error =>
  userError(
    "mask-colour",
    `[mask] "${path}" has ${count} pixels of colour ${colour}. Expected only ${known.join(", ")}. Give the colour a class.`,
  );

/** Colours as classes in a file format that changes colours. */
export const coloursInJpeg = (path: string): Error =>
  userError(
    "colours-in-jpeg",
    `[mask] "${path}" is a JPEG, in which colours are not exact. Expected a PNG for classes by colour. Use the original masks, or classes by value.`,
  );

/** Classes of which some have a colour and some a value. */
export const coloursMixed = (): Error =>
  userError(
    "colours-mixed",
    '[folder] classes mix colours and values. Expected either colours for all or values for all. Write black as "#000000", white as "#ffffff".',
  );

/** Pictures and masks that nothing tells apart. */
export const sameFolder = (name: string, folder: string, suffix: string): Error =>
  userError(
    "same-folder",
    `[${name}] images and masks are both "${folder}" with the suffix "${suffix}". Expected something that tells them apart. Set maskSuffix, such as "_mask".`,
  );

/** A folder without pictures. */
export const noPictures = (name: string, root: string, images: string): Error =>
  userError(
    "no-pictures",
    `[${name}] no picture was found below "${images}" in "${root}". Expected PNG, JPEG, TIFF, GIF, PGM or PPM files. Say where they are with the option images.`,
  );

/** A volume in a format that is not read. */
export const volumesNotRead = (name: string, path: string): Error =>
  userError(
    "volume-not-read",
    `[${name}] "${path}" is a volume of a format that is not read. Expected .nii, .nii.gz, .nrrd or .mha files, DICOM files for images, or pictures. Convert it, or list it under skip.`,
  );

/** Pictures among volumes. */
export const kindsMixed = (picture: string, volume: string): Error =>
  userError(
    "kinds-mixed",
    `[folder] "${picture}" is a picture, "${volume}" a volume. Expected only pictures, or only volumes with volumes as masks. Open them as two data sets, or list one kind under skip.`,
  );

/** A regular expression that is none. */
export const regexInvalid = (name: string, option: string, source: string, found: string): Error =>
  userError(
    "regex-invalid",
    `[${name}] ${option} is no regular expression: ${found}. Expected something like "^(?<group>[^_]+)", found "${source}". Correct it.`,
  );

/** A picture that `pattern` does not fit. */
export const patternMismatch = (name: string, pattern: string, path: string): Error =>
  userError(
    "pattern-mismatch",
    `[${name}] pattern "${pattern}" does not fit the picture "${path}". Expected a pattern that fits every path below images. Widen it, or list the picture under skip.`,
  );

/** Pictures to which no group was given. */
export const groupMissing = (name: string, rule: string, ids: readonly string[], all: number): Error =>
  userError(
    "group-missing",
    `[${name}] group "${rule}" gives no group to ${ids.length} of ${all} pictures: ${listed(ids)}. Expected one for each. Correct it, or list the pictures under skip.`,
  );

/** Groups that lie on both sides of a split. */
export const groupDivided = (name: string, groups: readonly string[]): Error =>
  userError(
    "group-divided",
    `[${name}] the split divides ${groups.length === 1 ? "a group" : `${groups.length} groups`}: ${listed(groups)}. Expected all pictures of a group in one part. Move them together.`,
  );

/** Pictures without a field of view where a folder of them was named. */
export const fieldOfViewMissing = (name: string, pictures: readonly string[], all: number, expected: string): Error =>
  userError(
    "field-of-view-missing",
    `[${name}] ${pictures.length} of ${all} pictures have no field of view: ${listed(pictures)}. Expected "${expected}" for the first. Add them, or leave fov out.`,
  );

/** The source's own split of another form of the data. */
export const leakyWithoutSource = (name: string, root: string): Error =>
  userError(
    "leaky-without-source",
    `[${name}] leaky is set, and "${root}" holds the 134 pictures in one folder. Expected training/ and testing/ of the 80, whose split shares patients. Take leaky out.`,
  );

/** A list that is not there. */
export const listMissing = (name: string, path: string): Error =>
  userError(
    "list-missing",
    `[${name}] the list "${path}" does not exist. Expected a .csv, .json or .txt file, or a folder of .txt files. Correct the path; it is taken from the root of the data.`,
  );

/** A list of another form. */
export const listUnreadable = (name: string, path: string, expected: string, found: string): Error =>
  userError("list-unreadable", `[${name}] the list "${path}" cannot be used. Expected ${expected}; found ${found}. Correct the file.`);

/** An id in a list that no picture has. */
export const unknownListed = (name: string, list: string, id: string, near: string): Error =>
  userError("unknown-id", `[${name}] "${list}" lists "${id}". Expected an id of a picture; the nearest is "${near}". Correct the list.`);

/** An id that a list names more than once. */
export const listedTwice = (name: string, list: string, id: string, first: string, second: string): Error =>
  userError(
    "listed-twice",
    `[${name}] "${list}" lists "${id}" ${first === second ? `twice in ${first}` : `in ${first} and in ${second}`}. Expected every id in one part, once. Take it out of one.`,
  );
