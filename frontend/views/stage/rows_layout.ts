/**
 * Channels as rows: a sentence each, read from left to right; the ledger is a card between them and the
 * output. Where each channel makes its own output, it stands at the end of the row. Pure.
 */

import type { LayoutInput } from '../../model/scene_model.ts';
import { clamp, gridRect } from '../shared/rects.ts';
import type { Candidate } from './candidates.ts';
import { readableCellsOf, sizesToTry, smallestToTry } from './candidates.ts';
import type { Heading, Lane, LayoutRoom, PlacedParts } from './layout.ts';
import { leastCardWidth, placeCard, wantedCardWidth } from './ledger_layout.ts';
import { placeShelf, shelfCellIn, shelfWidth } from './shelf_layout.ts';
import type { Spacing } from './spacing.ts';
import { leastOutputWidth, ledgerNumberWidth } from './spacing.ts';

const MAX_LANES = 8;

/** LayoutRoom beside each lane's output for its name. */
const OUTPUT_NAME = 34;

/** LayoutRoom above and below a lane's output, where the way of a value runs. */
const WAY_BELOW = 3;

/** The widest that room to spare makes a gap. */
const MAX_EXTRA = 70;

/** Widths from left to right that do not depend on cells. */
function fixedWidth(input: LayoutInput, grids: number, loupe: boolean, spacing: Spacing) {
  const { rail, sign, funnel, way } = spacing;
  const name = input.perChannel ? OUTPUT_NAME : 0;
  const ledger = leastLedgerWidth(input, spacing);
  return rail + sign * (grids - (loupe ? 0.5 : 0)) + funnel + way + ledger + name + 4;
}

/** The width of the card, or of the boxes, at least. */
function leastLedgerWidth(input: LayoutInput, spacing: Spacing) {
  return input.perChannel ? spacing.box : leastCardWidth(input, spacing);
}

function gridCount({ weighted }: LayoutInput, loupe: boolean) {
  return (weighted ? 2 : 1) + (loupe ? 1 : 0);
}

function laneHeight({ channels }: LayoutInput, height: number, { heading, laneGap }: Spacing) {
  return (height - heading - (channels - 1) * laneGap) / channels - 2;
}

export function rowCandidates(
  input: LayoutInput,
  width: number,
  height: number,
  spacing: Spacing,
  near?: Candidate,
): Candidate[] {
  const { channels, plane, kernel, output, weighted, gathered, perChannel } = input;
  if (channels > MAX_LANES) return [];
  const readable = readableCellsOf(input);
  const lane = laneHeight(input, height, spacing);
  const candidates: Candidate[] = [];
  const largest = Math.min(spacing.maxCell, lane / plane.rows);
  const smallest = smallestToTry(largest, Math.max(plane.rows, plane.cols));
  const kernelSizes = sizesToTry(
    Math.min(spacing.maxCell, lane / kernel[0]),
    8,
    near?.kernelCell,
    readable.kernel,
    Math.floor(largest),
  );
  for (const kernelCell of kernelSizes) {
    for (const cell of sizesToTry(largest, smallest, near?.cell, readable.input, kernelCell)) {
      const loupe = gathered || (weighted && cell < readable.input);
      const grids = gridCount(input, loupe);
      const used =
        fixedWidth(input, grids, loupe, spacing) + cell * plane.cols + grids * kernel[1] * kernelCell;
      const left = width - used;
      if (left < 40) continue;
      const outputHeight = perChannel ? lane - WAY_BELOW : height - spacing.heading - 16;
      let outputCell = Math.floor(
        Math.min(spacing.maxCell * 1.2, outputHeight / output[0], left / output[1]),
      );
      if (cell >= readable.input) {
        if (kernelCell > 1.3 * cell + 2) continue;
        outputCell = Math.min(outputCell, Math.floor(1.4 * Math.max(cell, kernelCell)));
      }
      if (outputCell < 1) continue;
      const below = height - spacing.heading - outputCell * output[0] - 30;
      const shelfCell = shelfCellIn(input, Math.max(outputCell * output[1], Math.min(left, 260)), below);
      candidates.push({
        family: 'rows',
        ledger: 'beside',
        cell,
        kernelCell,
        outputCell,
        loupe,
        lanes: channels,
        smallLanes: 0,
        shelfCell,
        overflow: 0,
        thumbnail: 0,
      });
    }
  }
  return candidates;
}

export function placeRows(input: LayoutInput, candidate: Candidate, room: LayoutRoom): PlacedParts {
  const { channels, plane, kernel, output, weighted, perChannel } = input;
  const { cell, kernelCell, outputCell, loupe } = candidate;
  const { width, height, spacing } = room;
  const grids = gridCount(input, loupe);
  const outputWidth = Math.max(
    outputCell * output[1],
    shelfWidth(input, candidate),
    leastOutputWidth(input, spacing),
  );
  const needed =
    fixedWidth(input, grids, loupe, spacing) +
    cell * plane.cols +
    grids * kernel[1] * kernelCell +
    outputWidth;
  // Long numbers of the ledger have room to spare first.
  const wanted = perChannel ? ledgerNumberWidth(input, spacing) : wantedCardWidth(input, spacing);
  const least = leastLedgerWidth(input, spacing);
  const ledgerWidth = least + clamp(wanted - least, 0, Math.max(0, width - needed));
  const used = needed + ledgerWidth - least;
  const extra = clamp((width - used) / (grids + 3), 0, MAX_EXTRA);
  const start = Math.max(0, (width - used - extra * (grids + 3)) / 2);
  const sign = spacing.sign + extra;
  const grid = kernelCell * kernel[1];
  const inputX = start + spacing.rail;
  const loupeX = inputX + cell * plane.cols + (loupe ? spacing.sign * 0.5 + extra : 0);
  const kernelX = loupe ? loupeX + grid + (weighted ? sign : 0) : loupeX + (weighted ? sign : 0);
  const productsX = (weighted ? kernelX + grid : loupe ? loupeX + grid : loupeX) + sign;
  const funnelX = productsX + grid + 2;
  const ledgerX = funnelX + spacing.funnel + extra * 1.5;
  const outputX = ledgerX + ledgerWidth + spacing.way + extra * 1.5;
  const laneNeeds =
    Math.max(cell * plane.rows, kernelCell * kernel[0], perChannel ? outputCell * output[0] : 0) + 4;
  const pitch = Math.min(
    laneNeeds + spacing.laneGap * 2,
    laneHeight(input, height, spacing) + spacing.laneGap,
  );
  const block = pitch * channels - spacing.laneGap;
  const top =
    spacing.heading +
    Math.max(0, (height - spacing.heading - Math.max(block, outputCell * output[0] + 20)) * 0.4);
  const card = perChannel
    ? null
    : placeCard(input, spacing, { x: ledgerX, y: top, width: ledgerWidth, height: height - top }, block);
  const lanes = Array.from({ length: channels }, (_, slot): Lane => {
    const middle = top + slot * pitch + (pitch - spacing.laneGap) / 2;
    const at = (x: number, size: number, shape: readonly [number, number]) =>
      gridRect(x, middle - (size * shape[0]) / 2, size, shape);
    const plan = at(inputX, cell, [plane.rows, plane.cols]);
    const box = { x: ledgerX, y: middle - 18, width: ledgerWidth, height: 36 };
    return {
      rail: { x: start, y: plan.y, width: 3, height: plan.height },
      upright: true,
      input: plan,
      loupe: loupe ? at(loupeX, kernelCell, kernel) : null,
      kernel: weighted ? at(kernelX, kernelCell, kernel) : null,
      products: at(productsX, kernelCell, kernel),
      cell: kernelCell,
      times: weighted ? { x: kernelX - sign / 2, y: middle } : null,
      equals: { x: productsX - sign / 2, y: middle },
      line: card?.lines[slot]?.line ?? box,
      sum: card?.lines[slot]?.sum ?? box,
      running: card?.lines[slot]?.running ?? null,
      output: perChannel ? at(outputX, outputCell, output) : null,
    };
  });
  const outputHeight = outputCell * output[0];
  const outputY = perChannel
    ? (lanes[0]?.output?.y ?? top)
    : candidate.shelfCell
      ? top + 4
      : clamp(top + (block - outputHeight) / 2, top, Math.max(top, height - outputHeight - 18));
  const outputRect = gridRect(outputX, outputY, outputCell, output);
  const shelfY = outputY + outputHeight + 34;
  const heading = (
    name: Heading['name'],
    x: number,
    space: number,
    y = top - spacing.heading / 2,
  ): Heading => ({
    name,
    x,
    y,
    width: space,
  });
  return {
    lanes,
    plane: null,
    thumbnails: [],
    headings: [
      heading('input', inputX, (loupe ? loupeX : kernelX) - inputX - 8),
      ...(loupe ? [heading('window', loupeX, grid + sign - 8)] : []),
      ...(weighted ? [heading('kernel', kernelX, grid + sign - 8)] : []),
      heading('products', productsX, ledgerX - productsX - 10),
      ...(card ? [heading('ledger', ledgerX, ledgerWidth + spacing.way - 10)] : []),
      heading('output', outputX, width - outputX, outputRect.y - spacing.heading / 2 - (perChannel ? 0 : 1)),
    ],
    ledger: perChannel ? 'boxes' : 'card',
    card: card?.frame ?? null,
    waterfall: card?.waterfall ?? null,
    bias: card?.bias ?? null,
    total: card?.total ?? lanes[0]?.sum ?? { x: 0, y: 0, width: 0, height: 0 },
    output: outputRect,
    pathFrom: 'below',
    pathTurn: ledgerX + ledgerWidth + (outputX - ledgerX - ledgerWidth) / 2,
    ...placeShelf(input, candidate, {
      x: outputX,
      y: shelfY,
      width: width - outputX,
      height: height - shelfY - 2,
    }),
  };
}
