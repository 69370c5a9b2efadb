import type { Random } from "@segdistill/core/random";

/** One round piece of a vessel: centre and radius in pixels. Pieces follow each other at less than a pixel. */
export interface Piece {
  readonly row: number;
  readonly column: number;
  readonly radius: number;
  /** Arteries shine along their middle; veins are darker. */
  readonly artery: boolean;
}

/** Where an eye lies in its picture, in pixels. `side` is 1 where the optic disc is on the right, −1 on the left. */
export interface Eye {
  readonly row: number;
  readonly column: number;
  readonly radius: number;
  readonly discRow: number;
  readonly discColumn: number;
  readonly side: 1 | -1;
}

/** Thinner vessels are not drawn: a network that works at half the resolution could not see them. [ours] */
const thinnest = 1.6;

/**
 * The vessels of one eye: four arcades out of the optic disc, an artery and a vein each, that bend around the macula, taper and branch. [ours]
 *
 * A branch leaves at 25…60 degrees with about 0.75 of its parent's radius, the parent goes on with 0.92 of it.
 * Radii are in pixels: from about 3.4 (times `calibre`, in a picture 160 wide) down to 1.6, so widths are 3…8 pixels.
 */
export function vesselTree(eye: Eye, calibre: number, random: Random): Piece[] {
  const pieces: Piece[] = [];
  const scale = eye.radius / 74;
  const between = (low: number, high: number): number => low + (high - low) * random.next();

  const grow = (
    startRow: number,
    startColumn: number,
    startAngle: number,
    startRadius: number,
    artery: boolean,
    turn: number,
    depth: number,
  ): void => {
    let [row, column, angle, radius] = [startRow, startColumn, startAngle, startRadius];
    let wobble = 0;
    let untilBranch = between(20, 40) * scale;
    let branchSide = random.next() < 0.5 ? 1 : -1;
    const step = 0.8;
    const longest = between(0.9, 1.5) * eye.radius * (depth === 0 ? 1.3 : 0.75 ** depth);
    for (let gone = 0; gone < longest; gone += step) {
      if (Math.hypot(row - eye.row, column - eye.column) > eye.radius + radius) return;
      pieces.push({ row, column, radius, artery });
      wobble = 0.93 * wobble + 0.007 * random.normal();
      angle += (wobble + turn / eye.radius) * step;
      row += Math.sin(angle) * step;
      column += Math.cos(angle) * step;
      radius = Math.max(thinnest, radius * (1 - (0.0022 * step) / scale));
      untilBranch -= step;
      if (untilBranch <= 0 && depth < 2) {
        const child = radius * between(0.68, 0.85);
        if (child >= 0.85 * thinnest) {
          grow(
            row,
            column,
            angle + branchSide * between(0.44, 1.05),
            Math.max(child, thinnest),
            artery,
            turn * between(-0.5, 0.8),
            depth + 1,
          );
          radius = Math.max(thinnest, radius * 0.92);
        }
        branchSide = -branchSide;
        untilBranch = between(26, 50) * scale;
      }
    }
  };

  // Angles as if the disc were on the right of the macula; towards the nose the vessels are short and straight.
  const arcades = [
    { angle: -1.9, turn: -0.85 },
    { angle: 1.9, turn: 0.85 },
    { angle: -0.75, turn: 0.2 },
    { angle: 0.75, turn: -0.2 },
  ];
  for (const { angle, turn } of arcades)
    for (const artery of [false, true]) {
      const towards = angle + (artery ? 0.2 : -0.2) + between(-0.15, 0.15);
      const mirrored = eye.side === 1 ? towards : Math.PI - towards;
      const radius = Math.max(thinnest, calibre * scale * (artery ? between(2.3, 2.8) : between(2.8, 3.4)));
      grow(eye.discRow, eye.discColumn, mirrored, radius, artery, eye.side * turn * between(0.7, 1.3), 0);
    }
  return pieces;
}
