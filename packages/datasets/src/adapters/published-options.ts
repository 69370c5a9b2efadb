import { folderOptions, type FolderSettings } from "./folder-options.js";

/** Options that every published set of pictures with masks beside them takes. */
export const publishedOptions = {
  unlabelled: folderOptions.shape.unlabelled,
  skip: folderOptions.shape.skip,
  group: folderOptions.shape.group,
  parts: folderOptions.shape.parts,
};

/** These options with their defaults. */
export type PublishedSettings = Pick<FolderSettings, keyof typeof publishedOptions>;
