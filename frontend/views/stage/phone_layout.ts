/**
 * The stage on phones: the active channel's plane with the others as tabs beside it, its sentence below, then
 * the ledger's row and the output. Pure.
 */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp, gridRect } from '../shared/rects.ts';
import type { Candidate } from './candidates.ts';
import { LEAST_PLANE, readableCellsOf, sizesToTry } from './candidates.ts';
import type { Heading, Lane, LayoutRoom, PlacedParts } from './layout.ts';
import type { Spacing } from './spacing.ts';
import { leastOutputWidth } from './spacing.ts';

const MAX_CELL = 44;
const TABS = 84;
const HEADING = 20;
/** Room of headings of two lines, below the band from the window. */
export const HEADINGS_HEIGHT = 27;
const SENTENCE_GAP = HEADINGS_HEIGHT + 5;
const SIGN = 16;
/** The equation's boxes with their names above them. */
const EQUATION = 54;
const BOX = 28;
const BOX_NAME = 20;
/** Room of a sign between the boxes. */
const BOX_GAP = 20;
const MAX_BOX = 84;
const OUTPUT_HEADING = 24;
/** Half the width of a value on its way. */
const HALF_VALUE = 20;
const RAIL = 6;
/** Room for the line round the last grid. */
const OUTLINE = 2;
const MAX_TABS = 4;
/** The share of the height that the cells of a tall plane may take. */
const TALLEST_SHARE = 0.4;
/** Tabs as small as a finger can meet, and the largest. */
const TAB = { min: 24, max: 64 };
/** The room of a tab's name below it, and the gap between tabs side by side. */
const TAB_NAME = { width: 36, height: 18 };
const TAB_GAP = 6;

export function phoneCandidates(
  input: LayoutInput,
  width: number,
  height: number,
  _spacing: Spacing,
  near?: Candidate,
): Candidate[] {
  const { plane, kernel, output, channels } = input;
  const readable = readableCellsOf(input, 'phone');
  const tabs = channels > 1 ? TABS : 0;
  const candidates: Candidate[] = [];
  const widest = Math.min(MAX_CELL, (width - tabs - RAIL) / plane.cols);
  const least = clamp(LEAST_PLANE / Math.max(plane.rows, plane.cols), 1, Math.min(widest, readable.input));
  const cells = widest >= 1 ? sizesToTry(widest, Math.floor(least), near?.cell, readable.input) : [];
  // A picture of more cells than pixels takes what room there is.
  if (widest < 4) cells.push(widest, widest * 0.75, widest * 0.5);
  const tallest = (TALLEST_SHARE * height) / plane.rows;
  if (tallest < least) cells.push(tallest);
  for (const kernelCell of kernelCellsToTry(input, width, near))
    for (const cell of cells)
      for (const loupe of loupeChoices(input, cell, kernelCell)) {
        const { across, lines } = sentenceShape(input, loupe, width);
        // Of two lines there is no height for more than can be read.
        const largest = lines === 2 ? readable.kernel : MAX_CELL;
        if (kernelCell > largest || sentenceWidth(input, across, kernelCell) > width) continue;
        const top = HEADING + planeHeight(input, cell) + lines * (SENTENCE_GAP + kernel[0] * kernelCell);
        const used = top + EQUATION + OUTPUT_HEADING + 8;
        const room = Math.max(height - used, 90);
        const outputCell = Math.min(MAX_CELL, (width - 8) / output[1], room / output[0]);
        candidates.push({
          family: 'phone',
          ledger: 'equation',
          cell,
          kernelCell,
          outputCell: outputCell >= 4 ? Math.floor(outputCell) : outputCell,
          loupe,
          lanes: 1,
          smallLanes: Math.min(channels - 1, MAX_TABS),
          shelfCell: 0,
          overflow: Math.max(0, used + outputCell * output[0] - height),
          thumbnail: 0,
        });
      }
  return candidates;
}

/** Sizes in which the numbers can be read, if there is one; a kernel of any size has a place. */
function kernelCellsToTry(input: LayoutInput, width: number, near?: Candidate) {
  const readable = readableCellsOf(input, 'phone').kernel;
  if (sentenceWidth(input, input.weighted ? 2 : 1, readable) <= width && readable <= MAX_CELL)
    return sizesToTry(MAX_CELL, readable, near?.kernelCell, readable);
  const smallest = (0.999 * (width - sentenceWidth(input, 3, 0))) / (3 * input.kernel[1]);
  return smallest < 4 ? [smallest] : sizesToTry(MAX_CELL, 4, near?.kernelCell);
}

/** A loupe where input cells cannot be read; none only where its own cells could not be read either. */
function loupeChoices(input: LayoutInput, cell: number, kernelCell: number) {
  if (input.gathered) return [true];
  const readable = readableCellsOf(input, 'phone');
  if (!input.weighted || cell >= readable.input) return [false];
  return kernelCell >= Math.max(readable.kernel, readable.input) ? [true] : [true, false];
}

/** Grids of the sentence side by side, and its lines: two where only so its numbers can be read. */
function sentenceShape(input: LayoutInput, loupe: boolean, width: number) {
  const grids = (input.weighted ? 2 : 1) + (loupe ? 1 : 0);
  const smallest = readableCellsOf(input, 'phone').kernel;
  const fits = (across: number) => sentenceWidth(input, across, smallest) <= width;
  return grids === 3 && !fits(3) && fits(2) ? { across: 2, lines: 2 } : { across: grids, lines: 1 };
}

function sentenceWidth({ kernel }: LayoutInput, across: number, cell: number) {
  return RAIL + across * kernel[1] * cell + (across - 1) * SIGN + OUTLINE;
}

/** The height of the plane, or of the tabs beside it. */
function planeHeight({ plane, channels }: LayoutInput, cell: number) {
  const tabs = channels > 1 ? Math.ceil(Math.min(channels, MAX_TABS) / 2) : 0;
  return Math.max(cell * plane.rows, tabs * (TAB.min + TAB_NAME.height) - 4);
}

/** Places the tabs at the right of their room, in as few columns as leave each large enough. */
function placeTabs(count: number, { x, y, width, height }: Rect): Rect[] {
  for (let columns = 1; columns <= count; columns++) {
    const room = (height + 4) / Math.ceil(count / columns) - TAB_NAME.height;
    const side = Math.min(TAB.max, room, (width + TAB_GAP) / columns - TAB_GAP);
    if (side < TAB.min && columns < count) continue;
    const pitch = Math.max(side, TAB_NAME.width) + TAB_GAP;
    const left = x + width + TAB_GAP - columns * pitch;
    return Array.from({ length: count }, (_, k) => ({
      x: left + (k % columns) * pitch,
      y: y + Math.floor(k / columns) * (side + TAB_NAME.height),
      width: side,
      height: side,
    }));
  }
  return [];
}

export function placePhone(input: LayoutInput, candidate: Candidate, room: LayoutRoom): PlacedParts {
  const { plane, kernel, output, channels, weighted, biased } = input;
  const { cell, kernelCell, outputCell, loupe } = candidate;
  const { width } = room;
  const tabsWidth = channels > 1 ? TABS : 0;
  const planeX = RAIL + Math.max(0, (width - tabsWidth - RAIL - cell * plane.cols) / 2);
  const planeRect = gridRect(channels > 1 ? RAIL : planeX, HEADING, cell, [plane.rows, plane.cols]);
  const { across, lines } = sentenceShape(input, loupe, width);
  const grid = kernelCell * kernel[1];
  const gap = clamp((width - RAIL - OUTLINE - across * grid) / Math.max(across - 1, 1), SIGN, 40);
  const tabsHeight = planeHeight(input, cell);
  const tabsX = planeRect.x + planeRect.width + TAB_GAP;
  const sentenceY = HEADING + tabsHeight + SENTENCE_GAP;
  const pitch = grid + gap;
  const lineHeight = kernelCell * kernel[0] + SENTENCE_GAP;
  const names = [...(loupe ? ['loupe'] : []), ...(weighted ? ['kernel'] : []), 'products'];
  const placed = (name: string) => {
    // On a second line the products stand below the kernel.
    const k = names.indexOf(name);
    const line = Math.floor(k / across);
    const x = RAIL + Math.min(k, across - 1) * pitch;
    return gridRect(x, sentenceY + line * lineHeight, kernelCell, kernel);
  };
  const heading = (name: Heading['name'], x: number, y: number, space: number): Heading => ({
    name,
    x,
    y,
    width: space,
  });
  const signBefore = ({ x, y, height }: Rect) => ({ x: x - gap / 2, y: y + height / 2 });
  const headingOver = (name: Heading['name'], { x, y }: Rect, space: number) =>
    heading(name, x, y - HEADINGS_HEIGHT / 2 - 1, space);
  const rowY = sentenceY + lines * lineHeight - SENTENCE_GAP + BOX_NAME;
  // Before the sum of the open channel stands what is added to it, if anything is.
  const summed = weighted && channels > 1;
  const boxes = 2 + (summed ? 1 : 0) + (biased ? 1 : 0);
  const box = Math.min(MAX_BOX, (width - RAIL - 2 - (boxes - 1) * BOX_GAP) / boxes);
  const rectAt = (x: number): Rect => ({ x, y: rowY, width: box, height: BOX });
  const total = rectAt(width - box - 2);
  const bias = biased ? rectAt(total.x - BOX_GAP - box) : null;
  const running = summed ? rectAt(RAIL) : null;
  const sum = rectAt(RAIL + (summed ? box + BOX_GAP : 0));
  const lane: Lane = {
    rail: { x: 0, y: planeRect.y, width: 3, height: planeRect.height },
    upright: true,
    input: null,
    loupe: loupe ? placed('loupe') : null,
    kernel: weighted ? placed('kernel') : null,
    products: placed('products'),
    cell: kernelCell,
    times: weighted && loupe ? signBefore(placed('kernel')) : null,
    equals: signBefore(placed('products')),
    line: { x: RAIL, y: rowY, width: width - RAIL - box, height: BOX },
    sum,
    running,
    output: null,
  };
  const outputY = rowY + EQUATION - BOX_NAME + OUTPUT_HEADING;
  const outputWidth = outputCell * output[1];
  const pathTurn = width - 8;
  const middle = (width - outputWidth) / 2;
  const fromRight = middle + outputWidth < width - 24;
  // The chooser of the channel, at the heading's end, stands clear of the way of a value.
  const end = (fromRight ? total.x + box / 2 : pathTurn) - HALF_VALUE;
  const named = leastOutputWidth(input, room.spacing);
  const outputX = Math.max(0, input.outChannels > 1 ? Math.min(middle, end - named) : middle);
  const headingEnd = input.outChannels > 1 ? end : width;
  const tabs = { x: tabsX, y: HEADING, width: width - 2 - tabsX, height: tabsHeight };
  return {
    lanes: [lane],
    plane: planeRect,
    thumbnails: channels > 1 ? placeTabs(Math.min(channels, MAX_TABS), tabs) : [],
    headings: [
      heading('input', RAIL, HEADING / 2, width - RAIL),
      ...(loupe ? [headingOver('window', placed('loupe'), pitch - 4)] : []),
      ...(weighted ? [headingOver('kernel', placed('kernel'), pitch - 4)] : []),
      headingOver('products', placed('products'), width - placed('products').x),
      heading('output', outputX, outputY - OUTPUT_HEADING / 2, headingEnd - outputX),
    ],
    ledger: 'equation',
    card: null,
    waterfall: null,
    bias,
    total,
    output: gridRect(outputX, outputY, outputCell, output),
    outputThumbnails: [],
    pathFrom: fromRight ? 'right' : 'below',
    pathTurn,
    shelf: [],
    shelfCell: 0,
  };
}
