/**
 * Channels as columns: the input above, kernel and products below it; the ledger is an equation along the
 * bottom, each term under its channel. Pure.
 */

import type { LayoutInput } from '../../model/scene_model.ts';
import { clamp, gridRect } from '../shared/rects.ts';
import type { Candidate } from './candidates.ts';
import { readableCellsOf, sizesToTry } from './candidates.ts';
import type { Heading, Lane, LayoutRoom, PlacedParts } from './layout.ts';
import { placeShelf, shelfCellIn, shelfWidth } from './shelf_layout.ts';
import type { Spacing } from './spacing.ts';
import { ledgerNumberWidth } from './spacing.ts';

const MAX_COLUMNS = 6;
const MIN_PANEL = 104;
/** The least width of the output's part, with bias and total below it. */
const MIN_OUTPUT = 190;
/** LayoutRoom below the equation's boxes, beside the way. */
const MARGIN = 8;
/** The most room to spare below the equation, and between the rows. */
const MAX_BELOW = 34;
const MAX_EXTRA = 80;

/** Height of the funnel from the products to their sum. */
function funnelHeight({ funnel }: Spacing) {
  return funnel * 0.6;
}

function panelWidth(
  { plane, kernel, weighted }: LayoutInput,
  cell: number,
  kernelCell: number,
  { sign }: Spacing,
) {
  const sentence = (weighted ? 2 : 1) * kernel[1] * kernelCell + (weighted ? sign : 0);
  return Math.max(cell * plane.cols, sentence, MIN_PANEL);
}

function panelGap({ gap }: Spacing) {
  return gap * 1.6;
}

export function columnCandidates(
  input: LayoutInput,
  width: number,
  height: number,
  spacing: Spacing,
  near?: Candidate,
): Candidate[] {
  const { channels, plane, kernel, output, weighted, gathered, perChannel } = input;
  if (channels < 2 || channels > MAX_COLUMNS || gathered || perChannel) return [];
  const readable = readableCellsOf(input);
  const equation = spacing.line + 10;
  const free =
    height - spacing.heading - spacing.tag - spacing.sign - funnelHeight(spacing) - equation - MARGIN;
  const candidates: Candidate[] = [];
  const largestKernel = Math.min(spacing.maxCell, free / kernel[0]);
  for (const kernelCell of sizesToTry(largestKernel, 8, near?.kernelCell, readable.kernel)) {
    const largest = Math.min(spacing.maxCell, (free - kernelCell * kernel[0]) / plane.rows);
    for (const cell of sizesToTry(largest, weighted ? readable.input : 1, near?.cell, readable.input)) {
      if (kernelCell > 1.5 * cell + 2) continue;
      const panel = panelWidth(input, cell, kernelCell, spacing);
      const left = width - channels * panel - (channels - 1) * panelGap(spacing) - spacing.way - 8;
      if (left < MIN_OUTPUT) continue;
      const outputHeight = height - spacing.heading - equation - 40;
      let outputCell = Math.min(spacing.maxCell * 1.2, outputHeight / output[0], left / output[1]);
      outputCell = Math.floor(Math.min(outputCell, 1.6 * Math.max(cell, kernelCell)));
      if (outputCell < 1) continue;
      const below = height - spacing.heading - outputCell * output[0] - equation - 60;
      candidates.push({
        family: 'columns',
        ledger: 'equation',
        cell,
        kernelCell,
        outputCell,
        loupe: false,
        lanes: channels,
        smallLanes: 0,
        shelfCell: shelfCellIn(input, Math.min(left, Math.max(outputCell * output[1], 230)), below),
        overflow: 0,
        thumbnail: 0,
      });
    }
  }
  return candidates;
}

export function placeColumns(input: LayoutInput, candidate: Candidate, room: LayoutRoom): PlacedParts {
  const { channels, plane, kernel, output, weighted, biased } = input;
  const { cell, kernelCell, outputCell } = candidate;
  const { width, height, spacing } = room;
  const panel = panelWidth(input, cell, kernelCell, spacing);
  const outputWidth = Math.max(outputCell * output[1], MIN_OUTPUT);
  const spare = width - channels * panel - outputWidth - spacing.way - 8;
  const gap = clamp(spare / channels, panelGap(spacing), panelGap(spacing) * 3);
  const equation = spacing.line;
  const inputHeight = cell * plane.rows;
  const kernelHeight = kernelCell * kernel[0];
  const used =
    spacing.heading +
    spacing.tag +
    inputHeight +
    spacing.sign +
    kernelHeight +
    funnelHeight(spacing) +
    equation +
    MARGIN;
  // LayoutRoom to spare goes between the rows and below them, evenly as far as that is of use.
  const spareHeight = Math.max(0, height - used);
  const extra = Math.min((spareHeight - Math.min(spareHeight / 3, MAX_BELOW)) / 2, MAX_EXTRA);
  const top = spacing.heading + spacing.tag;
  const kernelY = top + inputHeight + spacing.sign + extra;
  const boxY = kernelY + kernelHeight + funnelHeight(spacing) + extra;
  const grid = kernelCell * kernel[1];
  const box = Math.max(spacing.box * 0.8, 64, Math.min(ledgerNumberWidth(input, spacing), panel));
  const lanes = Array.from({ length: channels }, (_, slot): Lane => {
    // The first kernel's frame stands out a little.
    const x = 2 + slot * (panel + gap);
    const kernelX = x;
    const productsX = weighted ? Math.max(x + grid + spacing.sign, x + panel - grid) : x + (panel - grid) / 2;
    const middle = productsX + grid / 2;
    const line = { x: clamp(middle - box / 2, x, x + panel - box), y: boxY, width: box, height: equation };
    return {
      rail: { x, y: spacing.heading, width: panel, height: 3 },
      upright: false,
      input: gridRect(x + (panel - cell * plane.cols) / 2, top, cell, [plane.rows, plane.cols]),
      loupe: null,
      kernel: weighted ? gridRect(kernelX, kernelY, kernelCell, kernel) : null,
      products: gridRect(productsX, kernelY, kernelCell, kernel),
      cell: kernelCell,
      times: weighted ? { x: kernelX + grid / 2, y: kernelY - (spacing.sign + extra) / 2 } : null,
      equals: {
        x: weighted ? (kernelX + grid + productsX) / 2 : middle,
        y: weighted ? kernelY + kernelHeight / 2 : kernelY - spacing.sign / 2,
      },
      line,
      sum: line,
      running: null,
      output: null,
    };
  });
  const right = width - spacing.way * 0.5 + 2;
  const outputX = right - Math.max(outputCell * output[1], shelfWidth(input, candidate));
  const outputRect = gridRect(outputX, spacing.heading + 4, outputCell, output);
  const totalWidth = Math.max(spacing.box, 84, ledgerNumberWidth(input, spacing));
  const total = { x: right - totalWidth, y: boxY, width: totalWidth, height: equation };
  // The plus before it stands beside the last channel's sum.
  const biasRoom = total.x - spacing.sign - (lanes.at(-1)?.sum ?? total).x - box - 2 * spacing.sign;
  const biasWidth = Math.max(spacing.box * 0.6, 56, Math.min(ledgerNumberWidth(input, spacing), biasRoom));
  const bias = biased
    ? { x: total.x - spacing.sign - biasWidth, y: boxY, width: biasWidth, height: equation }
    : null;
  const shelfY = outputRect.y + outputRect.height + 40;
  const heading = (name: Heading['name'], x: number, space: number): Heading => ({
    name,
    x,
    y: spacing.heading / 2,
    width: space,
  });
  return {
    lanes,
    plane: null,
    thumbnails: [],
    headings: [heading('input', 0, Math.max(panel * 1.6, 260)), heading('output', outputX, width - outputX)],
    ledger: 'equation',
    card: null,
    waterfall: null,
    bias,
    total,
    output: outputRect,
    pathFrom: 'below',
    pathTurn: width - 4,
    ...placeShelf(input, candidate, {
      x: outputX,
      y: shelfY,
      // The way to the output runs beside it.
      width: right - outputX,
      height: boxY - shelfY - 22,
    }),
  };
}
