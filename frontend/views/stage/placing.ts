/** What the families of layouts share when they place their parts. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import type { Candidate } from './candidates.ts';
import type { ShelfPlace } from './layout.ts';
import type { Spacing } from './spacing.ts';

export interface Room {
  width: number;
  height: number;
  spacing: Spacing;
  openLane: number;
}

/** The rectangle of a grid of square cells. */
export function gridRect(x: number, y: number, cell: number, [rows, cols]: readonly [number, number]): Rect {
  return { x, y, width: cell * cols, height: cell * rows };
}

/** Rounds a cell down to whole pixels where it has any: thin lines stay even. */
export function wholePixels(size: number) {
  return size >= 4 ? Math.floor(size) : Math.max(size, 0.05);
}

const MAX_SHELF = 3;
const MAX_SHELF_CHANNELS = 6;
const SHELF_GAP = 6;
const SHELF_HEADING = 20;

function shelfCount({ outChannels, weighted, channels, perChannel }: LayoutInput) {
  const shown = weighted && !perChannel && channels <= MAX_SHELF_CHANNELS;
  return shown ? clamp(outChannels - 1, 0, MAX_SHELF) : 0;
}

/** The cell of the other filters' kernels below the output, as far as they fit; 0: there are none. */
export function shelfCellIn(input: LayoutInput, width: number, height: number) {
  const count = shelfCount(input);
  if (count === 0) return 0;
  const { kernel, output, channels } = input;
  const across = (width - SHELF_GAP * (channels - 1)) / (channels * kernel[1]);
  const down = (height - (SHELF_HEADING + 8) * count) / count / (kernel[0] + Math.min(output[0], 4) * 0.75);
  const cell = Math.floor(clamp(Math.min(across, down), 0, 36));
  return cell >= 6 ? cell : 0;
}

/** Places the other filters, one below the other. */
export function placeShelf(input: LayoutInput, { shelfCell: cell }: Candidate, at: Rect): ShelfPlace[] {
  if (cell === 0) return [];
  const { kernel, output, channels } = input;
  const outputCell = Math.min(cell * 0.75, (cell * Math.min(output[0], 4) * 0.75) / output[0]);
  const height = SHELF_HEADING + cell * kernel[0] + 6 + outputCell * output[0] + 8;
  return Array.from({ length: shelfCount(input) }, (_, k) => {
    const y = at.y + k * height;
    const kernels = Array.from({ length: channels }, (__, c) =>
      gridRect(at.x + c * (kernel[1] * cell + SHELF_GAP), y + SHELF_HEADING, cell, kernel),
    );
    const outputY = y + SHELF_HEADING + cell * kernel[0] + 6;
    return {
      heading: { x: at.x, y: y + SHELF_HEADING / 2 },
      kernels,
      output: gridRect(at.x, outputY, outputCell, output),
      outputCell,
    };
  }).filter((place) => place.output.y + place.output.height <= at.y + at.height + 1);
}
