import { userError } from "../errors.js";

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
