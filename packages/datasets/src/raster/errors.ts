import { userError } from "../errors.js";

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
