/** Where the other filters stand, below the output, as far as they have room. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp, gridRect } from '../shared/rects.ts';
import type { Candidate } from './candidates.ts';
import type { ShelfPlace } from './layout.ts';

const MAX_SHELF = 3;
const MAX_SHELF_CHANNELS = 6;
const SHELF_GAP = 6;
const SHELF_HEADING = 20;
/** The height of a filter beside its cells. */
const SHELF_ROOM = SHELF_HEADING + 14;

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
  const down = (height - SHELF_ROOM * count) / count / (kernel[0] + Math.min(output[0], 4) * 0.75);
  const cell = Math.floor(clamp(Math.min(across, down), 0, 36));
  return cell >= 6 ? cell : 0;
}

/** Places the other filters, one below the other. */
export function placeShelf(input: LayoutInput, { shelfCell: cell }: Candidate, at: Rect): ShelfPlace[] {
  if (cell === 0) return [];
  const { kernel, output, channels } = input;
  const outputCell = Math.min(cell * 0.75, (cell * Math.min(output[0], 4) * 0.75) / output[0]);
  const height = SHELF_ROOM + cell * kernel[0] + outputCell * output[0];
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

/** The width of a filter on the shelf: its kernel slices, side by side. */
export function shelfWidth({ channels, kernel }: LayoutInput, { shelfCell }: Candidate) {
  return shelfCell ? channels * kernel[1] * shelfCell + SHELF_GAP * (channels - 1) : 0;
}
