/** How one of the two invented cameras sees an eye. Colours are R, G, B in 0…255 at the brightest place. */
export interface Camera {
  /** The retina without vessels. */
  readonly retina: readonly [number, number, number];
  /** The optic disc. */
  readonly disc: readonly [number, number, number];
  /** What a vessel leaves of each channel in its middle, 0…1; smaller is darker. */
  readonly vessel: readonly [number, number, number];
  /** Calibre of all vessels, as a factor. */
  readonly calibre: number;
  /** How much brightness the rim loses, 0…1. */
  readonly vignetting: number;
  /** How much uneven light there is, 0…1. */
  readonly unevenness: number;
  /** Deviation of the blur in pixels of a picture 160 wide. */
  readonly blur: number;
  /** Deviation of the noise in grey levels. */
  readonly noise: number;
}

/** "a" is the camera to train on. "b" is never seen: other colours, less contrast, softer, darker at the rim, noisier, thicker vessels. [ours] */
export const cameras = {
  a: {
    retina: [205, 108, 52],
    disc: [248, 205, 140],
    vessel: [0.72, 0.48, 0.7],
    calibre: 1,
    vignetting: 0.25,
    unevenness: 0.2,
    blur: 0.6,
    noise: 5,
  },
  b: {
    retina: [182, 84, 64],
    disc: [235, 165, 135],
    vessel: [0.77, 0.55, 0.75],
    calibre: 1.15,
    vignetting: 0.45,
    unevenness: 0.35,
    blur: 0.85,
    noise: 5.5,
  },
} as const satisfies Record<string, Camera>;

export type CameraName = keyof typeof cameras;
