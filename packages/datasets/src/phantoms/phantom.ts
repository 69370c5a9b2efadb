import type { Mask, Raster } from "@segdistill/core/contract";
import { random, type Random } from "@segdistill/core/random";
import { cameras, type Camera, type CameraName } from "./camera.js";
import { blur, cloud } from "./smooth.js";
import { vesselTree, type Eye, type Piece } from "./vessel-tree.js";

export interface Phantom {
  /** RGB, 8 bit. */
  readonly image: Raster;
  /** 1 on a vessel, 0 beside it. */
  readonly label: Mask;
  /** 1 inside the disc that the camera sees. */
  readonly fieldOfView: Mask;
}

/**
 * One invented picture of the back of an eye, `size × size` pixels: a disc-shaped field of view, branching vessels, optic disc, macula, spots, uneven light, noise.
 *
 * Follows from (seed, index, camera, size) alone. Odd indices are the other eye of the even one before. No pixel comes from a real picture. [ours]
 */
export function phantom(seed: number, index: number, camera: CameraName, size: number): Phantom {
  const key = `phantoms/${String(seed)}/${camera}/${String(index)}`;
  const look: Camera = cameras[camera];
  const eye = eyeOf(random(`${key}/eye`), size, index % 2 === 0 ? 1 : -1);
  const { vessel, middle, artery } = drawn(vesselTree(eye, look.calibre, random(`${key}/vessels`)), size);
  const inside = new Uint8Array(size * size);
  for (let i = 0; i < inside.length; i++) inside[i] = distanceTo(eye, i, size) <= eye.radius ? 1 : 0;
  const label = vessel.map((coverage, i) => (coverage >= 0.5 && inside[i] === 1 ? 1 : 0));
  return {
    image: { height: size, width: size, channels: 3, data: seen(look, eye, inside, vessel, middle, artery, random(`${key}/light`), size) },
    label: { height: size, width: size, data: Uint8Array.from(label) },
    fieldOfView: { height: size, width: size, data: inside },
  };
}

function eyeOf(chance: Random, size: number, side: 1 | -1): Eye {
  const wander = (share: number): number => (2 * chance.next() - 1) * share * size;
  const [row, column, radius] = [size / 2 + wander(0.01), size / 2 + wander(0.01), size * (0.455 + 0.015 * chance.next())];
  return { row, column, radius, discRow: row + wander(0.05), discColumn: column + side * radius * (0.45 + 0.15 * chance.next()), side };
}

const distanceTo = (eye: Eye, i: number, size: number): number => Math.hypot(Math.floor(i / size) - eye.row, (i % size) - eye.column);

/** Coverage by vessels 0…1, how near the middle of the vessel 0…1, and whether the nearest one is an artery. */
function drawn(pieces: readonly Piece[], size: number): { vessel: Float32Array; middle: Float32Array; artery: Uint8Array } {
  const [vessel, middle, artery] = [new Float32Array(size * size), new Float32Array(size * size), new Uint8Array(size * size)];
  for (const piece of pieces) {
    const reach = piece.radius + 1;
    for (let row = Math.max(0, Math.ceil(piece.row - reach)); row <= Math.min(size - 1, piece.row + reach); row++)
      for (let column = Math.max(0, Math.ceil(piece.column - reach)); column <= Math.min(size - 1, piece.column + reach); column++) {
        const distance = Math.hypot(row - piece.row, column - piece.column);
        const i = row * size + column;
        vessel[i] = Math.max(vessel[i]!, Math.min(1, piece.radius - distance + 0.5));
        const near = 1 - distance / piece.radius;
        if (near > middle[i]!) {
          middle[i] = near;
          artery[i] = piece.artery ? 1 : 0;
        }
      }
  }
  return { vessel, middle, artery };
}

function seen(
  look: Camera,
  eye: Eye,
  inside: Uint8Array,
  vessel: Float32Array,
  middle: Float32Array,
  artery: Uint8Array,
  chance: Random,
  size: number,
): Uint8Array {
  const scale = size / 160;
  const light = cloud(size, 60 * scale, chance);
  const grain = cloud(size, 9 * scale, chance);
  const tilt = 2 * Math.PI * chance.next();
  const macula = { row: eye.row, column: eye.column - eye.side * 0.12 * eye.radius };
  const data = new Uint8Array(size * size * 3);
  const [brightness, redness] = [0.9 + 0.2 * chance.next(), 0.06 * (2 * chance.next() - 1)];
  const [ground, discs] = [new Float32Array(size * size), new Float32Array(size * size)];
  for (let i = 0; i < ground.length; i++) {
    const [row, column] = [Math.floor(i / size), i % size];
    const [down, right] = [(row - eye.row) / eye.radius, (column - eye.column) / eye.radius];
    const dark = 0.3 * Math.exp(-((row - macula.row) ** 2 + (column - macula.column) ** 2) / (2 * (0.15 * eye.radius) ** 2));
    const slope = down * Math.sin(tilt) + right * Math.cos(tilt);
    ground[i] =
      brightness *
      (1 - look.vignetting * Math.min(1, down * down + right * right)) *
      (1 + 0.5 * look.unevenness * (light[i]! + slope)) *
      (1 + 0.07 * grain[i]!) *
      (1 - dark);
    discs[i] = 1 / (1 + Math.exp((Math.hypot(row - eye.discRow, 1.1 * (column - eye.discColumn)) - 0.17 * eye.radius) / (0.9 * scale)));
  }
  for (const spot of spotsOf(eye, chance)) addSpot(ground, spot, size);
  const planes = [0, 1, 2].map((channel) => {
    const plane = new Float32Array(size * size).fill(6);
    for (let i = 0; i < plane.length; i++) {
      if (inside[i] === 0) continue;
      const isArtery = artery[i] === 1;
      const depth = (1 - look.vessel[channel]!) * (isArtery ? 0.8 : 1);
      const reflex = isArtery && middle[i]! > 0.55 ? 0.45 * (middle[i]! - 0.55) : 0;
      const retina = look.retina[channel]! * (1 - discs[i]!) + look.disc[channel]! * discs[i]!;
      plane[i] = ground[i]! * retina * (1 - Math.max(0, vessel[i]!) * (depth - reflex)) * (channel === 0 ? 1 + redness : 1);
    }
    blur(plane, size, look.blur * scale);
    return plane;
  });
  for (let i = 0; i < size * size; i++)
    for (let channel = 0; channel < 3; channel++)
      data[3 * i + channel] = Math.max(
        0,
        Math.min(255, Math.round(planes[channel]![i]! + (inside[i] === 1 ? look.noise : 1.5) * chance.normal())),
      );
  return data;
}

interface Spot {
  readonly row: number;
  readonly column: number;
  readonly radius: number;
  readonly strength: number;
}

/** Bright and dark spots, so that brightness alone does not tell vessels from the rest. */
function spotsOf(eye: Eye, chance: Random): Spot[] {
  return Array.from({ length: 3 + chance.below(6) }, () => {
    const [angle, away] = [2 * Math.PI * chance.next(), 0.9 * eye.radius * Math.sqrt(chance.next())];
    return {
      row: eye.row + away * Math.sin(angle),
      column: eye.column + away * Math.cos(angle),
      radius: eye.radius * (0.02 + 0.04 * chance.next()),
      strength: chance.next() < 0.5 ? 0.35 : -0.3,
    };
  });
}

function addSpot(ground: Float32Array, { row, column, radius, strength }: Spot, size: number): void {
  const reach = 4 * radius;
  for (let y = Math.max(0, Math.ceil(row - reach)); y <= Math.min(size - 1, row + reach); y++)
    for (let x = Math.max(0, Math.ceil(column - reach)); x <= Math.min(size - 1, column + reach); x++)
      ground[y * size + x]! *= 1 + strength * Math.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * radius ** 2));
}
