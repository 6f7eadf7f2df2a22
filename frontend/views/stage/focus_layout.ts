/**
 * One plane in large: of a picture all channels at once, else the active channel, with the channels as
 * thumbnails. The lanes hold loupe × kernel = products; lanes that have no room are small, and the active one
 * opens. The output is as large as the input, beside the lanes or (stacked) below the input. Pure.
 */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp, gridRect, wholePixels } from '../shared/rects.ts';
import type { Candidate } from './candidates.ts';
import { readableCellsOf, sizesToTry } from './candidates.ts';
import type { Heading, Lane, LayoutRoom, PlacedParts } from './layout.ts';
import { placeCard, waterfallHeight } from './ledger_layout.ts';
import type { Spacing } from './spacing.ts';
import { leastOutputWidth } from './spacing.ts';
import {
  placeBeside,
  placeRow,
  placeThumbnails,
  ROW_THUMBNAIL,
  THUMBNAIL_MARGINS,
  thumbnailRow,
} from './thumbnail_places.ts';

const MAX_LANES = 6;
const FEWER_LANES = 4;
const MAX_PLANE = 760;
const MIN_PLANE = 96;
/** So many times higher than wide a plane is a strip. */
const STRIP_RATIO = 8;
/** The largest cell of an output, against the input's. */
const OUTPUT_SCALE = 1.2;
/** Between the lanes and the card below them. */
const CARD_GAP = 22;
const CARD_MARGINS = 36;

interface Sizes {
  lanesWidth: number;
  lanesHeight: number;
  smallHeight: number;
  middle: number;
  lineCount: number;
}

function laneCount({ channels, perChannel }: LayoutInput) {
  return perChannel ? 1 : Math.min(channels, MAX_LANES);
}

function sizeLanes(
  input: LayoutInput,
  candidate: Pick<Candidate, 'kernelCell' | 'loupe' | 'lanes' | 'smallLanes' | 'ledger'>,
  height: number,
  spacing: Spacing,
): Sizes {
  const { kernel, weighted } = input;
  const { kernelCell, loupe, lanes, smallLanes: small, ledger } = candidate;
  const lineCount = lanes + small;
  const smallHeight = small > 0 ? clamp(Math.floor(height / 20), 26, 40) : 0;
  const grids = (weighted ? 2 : 1) + (loupe ? 1 : 0);
  const lanesWidth =
    signBeforeProducts(weighted, loupe, spacing) +
    (spacing.rail + grids * kernel[1] * kernelCell + spacing.sign * (grids - 1));
  const lanesHeight =
    lanes * kernel[0] * kernelCell + small * smallHeight + (lanes + small - 1) * spacing.laneGap;
  const middle =
    ledger === 'below'
      ? Math.max(lanesWidth, spacing.card) + 16 + 8 * lineCount
      : lanesWidth + spacing.funnel + spacing.card;
  return { lanesWidth, lanesHeight, smallHeight, middle, lineCount };
}

/** The arrow to the products of a pooling stands beside the rail where no window is before it. */
function signBeforeProducts(weighted: boolean, loupe: boolean, { sign }: Spacing) {
  return weighted || loupe ? 0 : sign;
}

function lineWeights(input: LayoutInput, lines: number) {
  return lines + 1 + (input.biased ? 0.8 : 0);
}

export function focusCandidates(
  input: LayoutInput,
  width: number,
  height: number,
  spacing: Spacing,
  near?: Candidate,
): Candidate[] {
  const readable = readableCellsOf(input);
  const candidates: Candidate[] = [];
  const choices = near ? [near] : choicesOf(input);
  for (const kernelCell of sizesToTry(Math.min(spacing.maxCell, 96), 8, near?.kernelCell, readable.kernel))
    for (const { family, ledger, loupe, lanes, smallLanes } of choices) {
      const choice = { family, ledger, kernelCell, loupe, lanes, smallLanes };
      const planes = sizePlanes(input, choice, width, height, spacing);
      if (!planes) continue;
      const { cell, outputCell, thumbnail } = planes;
      if (loupe === (cell >= readable.input && !input.gathered)) continue;
      candidates.push({ ...choice, cell, outputCell, thumbnail, shelfCell: 0, overflow: 0 });
    }
  return candidates;
}

function choicesOf(input: LayoutInput) {
  const most = laneCount(input);
  // Of many channels fewer in sight may leave the planes more room.
  const counts = input.channels > MAX_LANES && most > FEWER_LANES ? [most, FEWER_LANES] : [most];
  const choices: Omit<Choice, 'kernelCell'>[] = [];
  for (const count of counts)
    for (const lanes of new Set([count, 1]))
      for (const ledger of ['below', 'beside'] as const)
        for (const loupe of input.gathered ? [true] : [true, false])
          for (const family of ['focus', 'stacked'] as const)
            choices.push({ family, ledger, loupe, lanes, smallLanes: count - lanes });
  return choices;
}

type Choice = Pick<Candidate, 'family' | 'ledger' | 'kernelCell' | 'loupe' | 'lanes' | 'smallLanes'>;

/** Room for the line round the output, at the right. */
const OUTLINE = 1;

/** The cells of the large planes beside such lanes, or null where they have no room. */
function sizePlanes(input: LayoutInput, choice: Choice, width: number, height: number, spacing: Spacing) {
  const { plane, output, channels, perChannel } = input;
  const { lanesHeight, middle, lineCount } = sizeLanes(input, choice, height, spacing);
  const high = height - spacing.heading;
  const below = choice.ledger === 'below';
  const weights = lineWeights(input, lineCount);
  const chart = waterfallHeight(input, lineCount);
  const line = below
    ? clamp((high - lanesHeight - CARD_GAP - CARD_MARGINS - chart) / weights, 24, spacing.line)
    : spacing.line;
  const card = weights * line + CARD_MARGINS + chart;
  if (lanesHeight + (below ? CARD_GAP + card : 0) > high || (!below && card > high)) return null;
  const room = width - OUTLINE - middle - 2 * spacing.way;
  const row = thumbnailRow(input, lineCount);
  if (choice.family === 'stacked') {
    const wide = room + spacing.way;
    const tall = height - 2 * spacing.heading - 10 - row;
    const [planeRatio, outputRatio] = [plane.rows / plane.cols, output[0] / output[1]];
    const side = Math.min(wide, tall / (planeRatio + outputRatio));
    if (visibleSide(side, planeRatio) < MIN_PLANE) return null;
    const share = planeShare(input, side, Math.min(wide / output[1], tall / (plane.rows + output[0])));
    const outputSide = Math.min(wide, (tall - share * planeRatio) / outputRatio);
    return { ...planeCells(input, share, outputSide, spacing), thumbnail: row ? ROW_THUMBNAIL : 0 };
  }
  const ratio = Math.max(plane.rows / plane.cols, output[0] / output[1]);
  // Beside a small plane the output's name still has its room.
  const named = leastOutputWidth(input, spacing);
  const tallest = Math.min(MAX_PLANE, (high - row) / ratio);
  const side = Math.min(room / 2, room - named, tallest);
  if (visibleSide(side, plane.rows / plane.cols) < MIN_PLANE) return null;
  const share = planeShare(input, side, room / (plane.cols + output[1]));
  // What one of them has no use for the other takes.
  const { maxCell } = spacing;
  const largestOutput = Math.max(named, output[1] * maxCell * OUTPUT_SCALE);
  const planeSide = Math.min(tallest, Math.max(share, room - largestOutput));
  const outputSide = Math.min(tallest, room - Math.min(share, plane.cols * maxCell));
  const left = high - Math.max(planeSide, outputSide) * ratio;
  const shown = perChannel ? Math.max(channels, 2) : channels;
  const widest = (side - 12) / clamp(shown, 2, 3);
  const thumbnail = left >= 60 && widest > 0 ? Math.min(left - THUMBNAIL_MARGINS, widest) : 0;
  return { ...planeCells(input, planeSide, outputSide, spacing), thumbnail };
}

/** The longer side of a strip, of any other plane its width. */
function visibleSide(width: number, ratio: number) {
  return ratio >= STRIP_RATIO ? width * ratio : width;
}

/**
 * The side of the plane, which is that of the output too; where the output has more cells, they have one size
 * instead, as long as the input's numbers can be read.
 */
function planeShare(input: LayoutInput, side: number, evenCell: number) {
  const { plane, output } = input;
  if (output[1] <= plane.cols) return side;
  const cell = Math.max(evenCell, readableCellsOf(input).input);
  return Math.min(side, Math.max(MIN_PLANE, cell * plane.cols));
}

function planeCells({ plane, output }: LayoutInput, side: number, outputSide: number, { maxCell }: Spacing) {
  return {
    cell: wholeOrFine(Math.min(maxCell, side / plane.cols)),
    outputCell: wholeOrFine(Math.min(maxCell * OUTPUT_SCALE, outputSide / output[1])),
  };
}

/** Whole pixels where cells are large; a picture may have any scale. */
function wholeOrFine(size: number) {
  return size >= 10 ? Math.floor(size) : size;
}

export function placeFocus(input: LayoutInput, candidate: Candidate, room: LayoutRoom): PlacedParts {
  const { plane, output, channels, weighted } = input;
  const { family, cell, outputCell, ledger } = candidate;
  const { height, spacing } = room;
  const width = room.width - OUTLINE;
  const sizes = sizeLanes(input, candidate, height, spacing);
  const [planeWidth, planeHeight] = [cell * plane.cols, cell * plane.rows];
  const stacked = family === 'stacked';
  const besides = sizes.middle + spacing.way + (stacked ? 0 : planeWidth + spacing.way);
  const named = Math.min(leastOutputWidth(input, spacing), width - besides);
  const [outputWidth, outputHeight] = [Math.max(outputCell * output[1], named), outputCell * output[0]];
  const sideWidth = stacked ? Math.max(planeWidth, outputWidth) : planeWidth;
  const spare = width - sideWidth - sizes.middle - spacing.way - (stacked ? 0 : outputWidth + spacing.way);
  const extra = clamp(spare / 2, 0, stacked ? 90 : 80);
  const start = stacked ? Math.max(0, (spare - extra) / 2) : Math.max(0, (spare - 2 * extra) / 2);
  const lanesX = start + sideWidth + spacing.way + extra;
  const high = height - spacing.heading;
  const weights = lineWeights(input, sizes.lineCount);
  const below = ledger === 'below';
  const chart = waterfallHeight(input, sizes.lineCount);
  const cardLine = clamp(
    (high - sizes.lanesHeight - CARD_GAP - CARD_MARGINS - chart) / weights,
    24,
    spacing.line,
  );
  const cardHeight = below ? weights * cardLine + CARD_MARGINS + chart : high;
  const row = stacked ? thumbnailRow(input, sizes.lineCount) : 0;
  const used = Math.max(
    stacked ? planeHeight + row + outputHeight + spacing.heading + 10 : Math.max(planeHeight, outputHeight),
    sizes.lanesHeight + (below ? CARD_GAP + cardHeight : 0),
  );
  const thumbnailRoom = !stacked && candidate.thumbnail > 0 ? candidate.thumbnail + THUMBNAIL_MARGINS : 0;
  const withThumbnails = Math.max(planeHeight, stacked ? 0 : outputHeight) + thumbnailRoom;
  const top = spacing.heading + Math.max(0, (high - Math.max(used, withThumbnails)) * 0.35);
  const planeRect = gridRect(start, top, cell, [plane.rows, plane.cols]);
  const outputX = stacked ? start : lanesX + sizes.middle + spacing.way + extra;
  const outputY = stacked ? top + planeHeight + row + spacing.heading + 10 : top;
  const outputRect = gridRect(outputX, outputY, outputCell, output);
  const cardX = below ? lanesX : lanesX + sizes.lanesWidth + spacing.funnel;
  const cardWidth = below ? Math.max(sizes.lanesWidth, spacing.card) : spacing.card;
  const card = placeCard(
    input,
    spacing,
    below
      ? { x: cardX, y: top + sizes.lanesHeight + CARD_GAP, width: cardWidth, height: cardHeight }
      : { x: cardX, y: top, width: cardWidth, height: height - top },
    below ? cardHeight : Math.max(sizes.lanesHeight, planeHeight * 0.8),
    sizes.lineCount,
  );
  const lanes = placeLanes(input, candidate, sizes, { x: lanesX, y: top }, card.lines, room);
  const heading = (name: Heading['name'], x: number, space: number, y = top): Heading => ({
    name,
    x,
    y: y - spacing.heading / 2,
    width: space,
  });
  const open = lanes[Math.min(room.openLane, lanes.length - 1)] ?? lanes[0];
  const grid = candidate.kernelCell * input.kernel[1];
  const products = open?.products.x ?? lanesX;
  return {
    lanes,
    plane: planeRect,
    thumbnails: !stacked
      ? placeThumbnails(channels > 1 ? channels : 0, candidate.thumbnail, planeRect, height)
      : row
        ? placeRow(channels, planeRect, sideWidth)
        : placeBeside(input, planeRect, lanesX - 10),
    headings: [
      heading('input', start, lanesX - start - 10),
      ...(open?.loupe ? [heading('window', open.loupe.x, grid + spacing.sign - 6)] : []),
      ...(weighted && open?.kernel ? [heading('kernel', open.kernel.x, grid + spacing.sign - 6)] : []),
      heading('products', products, stacked ? width - products : outputX - products - 10),
      heading('output', outputX, stacked ? lanesX - outputX - 10 : width - outputX, outputY),
    ],
    ledger: 'card',
    card: card.frame,
    waterfall: card.waterfall,
    bias: card.bias,
    total: card.total,
    output: outputRect,
    outputThumbnails:
      stacked || input.perChannel
        ? []
        : placeThumbnails(Math.min(input.outChannels - 1, 3), candidate.thumbnail, outputRect, height),
    pathFrom: stacked ? 'right' : 'below',
    pathTurn: stacked ? lanesX - Math.min(spacing.way, 26) / 2 - 6 : outputX - (spacing.way + extra) / 2,
    shelf: [],
    shelfCell: 0,
  };
}

function placeLanes(
  input: LayoutInput,
  { kernelCell, loupe, lanes: openCount, smallLanes }: Candidate,
  { smallHeight }: Sizes,
  at: { x: number; y: number },
  lines: { line: Rect; sum: Rect; running: Rect }[],
  { spacing, openLane }: LayoutRoom,
): Lane[] {
  const { kernel, weighted } = input;
  const smallCell = Math.max(smallHeight / kernel[0], 1);
  let y = at.y;
  return Array.from({ length: openCount + smallLanes }, (_, slot): Lane => {
    const open = smallLanes === 0 || slot === Math.min(openLane, openCount + smallLanes - 1);
    const cell = open ? kernelCell : wholePixels(smallCell);
    const pitch = kernelCell * kernel[1] + spacing.sign;
    const x = at.x + spacing.rail + signBeforeProducts(weighted, loupe, spacing);
    const columns = [...(loupe ? ['loupe'] : []), ...(weighted ? ['kernel'] : []), 'products'];
    const placed = (name: string) => gridRect(x + columns.indexOf(name) * pitch, y, cell, kernel);
    const height = cell * kernel[0];
    const middle = y + height / 2;
    const line = lines[slot] ?? lines.at(-1);
    const lane: Lane = {
      rail: { x: at.x, y, width: 3, height },
      upright: true,
      input: null,
      loupe: loupe ? placed('loupe') : null,
      kernel: weighted ? placed('kernel') : null,
      products: placed('products'),
      cell,
      times: weighted && loupe && open ? { x: placed('kernel').x - spacing.sign / 2, y: middle } : null,
      equals: { x: placed('products').x - spacing.sign / 2, y: middle },
      line: line?.line ?? placed('products'),
      sum: line?.sum ?? placed('products'),
      running: line?.running ?? null,
      output: null,
    };
    y += height + spacing.laneGap;
    return lane;
  });
}
