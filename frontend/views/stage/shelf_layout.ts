/** Where the other filters stand, below the output, as far as they have room. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp, gridRect } from '../shared/rects.ts';
import { readableCell } from '../shared/text_fit.ts';
import type { Candidate } from './candidates.ts';
import type { ShelfPlace, StageLayout } from './layout.ts';

const MAX_SHELF = 3;
const MAX_SHELF_CHANNELS = 6;
const MAX_CELL = 36;
/** Less is no picture of a filter. */
const MIN_CELL = 6;
const SHELF_GAP = 6;
const SHELF_HEADING = 20;
/** The height of a filter beside its cells. */
const SHELF_ROOM = SHELF_HEADING + 14;
/** An output of more rows is drawn with smaller cells than the kernel. */
const OUTPUT_ROWS = 4;
/** Outputs without their filters, and the room beside each and for the name below it. */
const MAX_OUTPUTS = 6;
const MIN_OUTPUT = 36;
const OUTPUT_GAP = 12;
const OUTPUT_NAME = 24;
/** The share of a kernel's cell that an output's has where both have no room to be read. */
const SMALL_OUTPUT = 0.75;

function shelfCount({ outChannels, weighted, channels, perChannel }: LayoutInput) {
  const shown = weighted && !perChannel && channels <= MAX_SHELF_CHANNELS;
  return shown ? clamp(outChannels - 1, 0, MAX_SHELF) : 0;
}

/**
 * How many of the other filters stand there, their cells, and those of their outputs by comparison: as many
 * as can be read, best with their outputs. A cell of 0: none has room.
 */
function fitShelf(input: LayoutInput, width: number, height: number) {
  const { kernel, output, slices, chars } = input;
  const all = shelfCount(input);
  const across = (width - SHELF_GAP * (slices - 1)) / (slices * kernel[1]);
  const fit = (count: number, share: number) => {
    const down = (height / count - SHELF_ROOM) / (kernel[0] + Math.min(output[0], OUTPUT_ROWS) * share);
    return { count, share, cell: Math.floor(clamp(Math.min(across, down), 0, MAX_CELL)) };
  };
  for (const share of [1, SMALL_OUTPUT])
    for (let count = all; count > 0; count--) {
      const found = fit(count, share);
      if (found.cell >= readableCell(Math.max(chars.kernel, share === 1 ? chars.output : 0))) return found;
    }
  const last = fit(all, SMALL_OUTPUT);
  return all > 0 && last.cell >= MIN_CELL ? last : { ...last, cell: 0 };
}

/** The cell of the other filters' kernels below the output, as far as they fit; 0: there are none. */
export function shelfCellIn(input: LayoutInput, width: number, height: number) {
  return fitShelf(input, width, height).cell;
}

/**
 * Places the other filters, one below the other, as large as the room allows; where not all have room, their
 * outputs alone.
 */
export function placeShelf(
  input: LayoutInput,
  { shelfCell: wanted }: Candidate,
  at: Rect,
): Pick<StageLayout, 'shelf' | 'shelfCell' | 'outputThumbnails'> {
  const fit = fitShelf(input, at.width, at.height);
  const count = wanted && fit.cell ? fit.count : 0;
  const others = input.outChannels - 1;
  const wantedCount = others > MAX_OUTPUTS ? MAX_SHELF : others;
  const outputThumbnails = count < wantedCount ? placeOutputs(input, at) : [];
  if (count === 0 || outputThumbnails.length > 0) return { shelf: [], shelfCell: 0, outputThumbnails };
  return { shelf: placeFilters(input, fit, at), shelfCell: fit.cell, outputThumbnails };
}

function placeFilters(
  { kernel, output, slices }: LayoutInput,
  { count, share, cell }: ReturnType<typeof fitShelf>,
  at: Rect,
): ShelfPlace[] {
  const outputCell = (share * cell * Math.min(output[0], OUTPUT_ROWS)) / output[0];
  const height = SHELF_ROOM + cell * kernel[0] + outputCell * output[0];
  return Array.from({ length: count }, (_, k) => {
    const y = at.y + k * height;
    const kernels = Array.from({ length: slices }, (__, c) =>
      gridRect(at.x + c * (kernel[1] * cell + SHELF_GAP), y + SHELF_HEADING, cell, kernel),
    );
    const outputY = y + SHELF_HEADING + cell * kernel[0] + 6;
    return {
      heading: { x: at.x, y: y + SHELF_HEADING / 2, width: at.width },
      kernels,
      output: gridRect(at.x, outputY, outputCell, output),
      outputCell,
    };
  });
}

/** Places the other outputs side by side, where there is room for them. */
function placeOutputs({ output, outChannels, perChannel, chars }: LayoutInput, at: Rect): Rect[] {
  const count = perChannel ? 0 : Math.min(outChannels - 1, MAX_OUTPUTS);
  const least = Math.min(readableCell(chars.output), Math.ceil(MIN_OUTPUT / Math.max(...output)));
  for (let cell = MAX_CELL; cell >= least && count > 0; cell--) {
    const [rows, cols] = [output[0] * cell, output[1] * cell];
    const across = Math.floor((at.width + OUTPUT_GAP) / (cols + OUTPUT_GAP));
    if (across < 1 || Math.ceil(count / across) * (rows + OUTPUT_NAME) > at.height) continue;
    return Array.from({ length: count }, (_, k) => ({
      x: at.x + (k % across) * (cols + OUTPUT_GAP),
      y: at.y + Math.floor(k / across) * (rows + OUTPUT_NAME),
      width: cols,
      height: rows,
    }));
  }
  return [];
}

/** The width of a filter on the shelf: its kernel slices, side by side. */
export function shelfWidth({ slices, kernel }: LayoutInput, { shelfCell }: Candidate) {
  return shelfCell ? slices * kernel[1] * shelfCell + SHELF_GAP * (slices - 1) : 0;
}
