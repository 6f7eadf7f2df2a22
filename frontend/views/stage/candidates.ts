/**
 * Arrangements of the stage that fit, and how much a reader has of each: numbers that can be read count most,
 * then the sentence at work, the output, the channels in sight, the other filters. Pure.
 */

import type { LayoutInput } from '../../model/scene_model.ts';
import { clamp } from '../shared/rects.ts';
import { readableCell } from '../shared/text_fit.ts';
import { columnCandidates } from './columns_layout.ts';
import { focusCandidates } from './focus_layout.ts';
import { phoneCandidates } from './phone_layout.ts';
import { rowCandidates } from './rows_layout.ts';
import type { Spacing } from './spacing.ts';
import { makeSpacing } from './spacing.ts';

export type Family = 'rows' | 'columns' | 'focus' | 'stacked' | 'phone';

/** The choice of a layout: a family and its sizes, in CSS pixels. */
export interface Candidate {
  family: Family;
  /** The ledger beside the lanes, below them, or as an equation along the bottom. */
  ledger: 'beside' | 'below' | 'equation';
  /** Sides of the cells of the input, the kernel, the output. */
  cell: number;
  kernelCell: number;
  outputCell: number;
  /** Whether the window is shown enlarged. */
  loupe: boolean;
  /** Channels with a sentence that can be read, and those with a small one or a thumbnail. */
  lanes: number;
  smallLanes: number;
  /** The cell of the other filters' kernels, 0: none are shown. */
  shelfCell: number;
  /** What a phone scrolls to, beyond the stage's height. */
  overflow: number;
  /** The side of thumbnails of channels. */
  thumbnail: number;
}

/** The smallest cells in which the numbers of each grid can be read. */
export interface ReadableCells {
  input: number;
  kernel: number;
  output: number;
}

/** Narrower than this everything stands below one another, except in what is much wider than high. */
const PHONE_WIDTH = 800;
const LEAST_WIDTH = 480;
const LANDSCAPE = 1.4;

/** How much better another arrangement must be, so that a change of size changes the arrangement. */
const CLEARLY_BETTER = 0.6;

/** What a cell of no size left costs. */
const SHRINK_COST = 10;

/** A search goes down by this share of a size, then in so many steps of one round its best. */
const COARSE = 0.8;
const FINE = 16;

export function readableCellsOf({ chars }: LayoutInput, family?: Family): ReadableCells {
  const product = family === 'phone' ? chars.finerProduct : chars.product;
  return {
    input: readableCell(chars.input),
    kernel: readableCell(Math.max(chars.kernel, product)),
    output: readableCell(chars.output),
  };
}

export interface ChoiceOptions {
  presenting?: boolean;
  /** The family that stays unless another is clearly better. */
  before?: Family | null;
  /** Presented, no cell is to be smaller than it was. */
  unpresented?: Candidate | null;
}

/** A family's arrangements that fit. near: only those with sizes close to this one's, in small steps. */
export type CandidatesOf = (
  input: LayoutInput,
  width: number,
  height: number,
  spacing: Spacing,
  near?: Candidate,
) => Candidate[];

const CANDIDATES_OF: Record<Family, CandidatesOf> = {
  rows: rowCandidates,
  columns: columnCandidates,
  focus: focusCandidates,
  stacked: focusCandidates,
  phone: phoneCandidates,
};

/** Finds the best arrangement: of each family in coarse steps, then round the best. */
export function chooseCandidate(
  input: LayoutInput,
  width: number,
  height: number,
  { presenting = false, before = null, unpresented = null }: ChoiceOptions = {},
): Candidate {
  const spacing = makeSpacing(width, height, presenting);
  const worths = new Map<Family, (candidate: Candidate) => number>();
  const best = new Map<Family, { candidate: Candidate; worth: number }>();
  const search = (candidatesOf: CandidatesOf, near?: Candidate) => {
    for (const candidate of candidatesOf(input, width, height, spacing, near)) {
      const { family } = candidate;
      const worthOf = worths.get(family) ?? makeWorth(input, family, height, presenting);
      worths.set(family, worthOf);
      const worth = worthOf(candidate) - (unpresented ? SHRINK_COST * lossOf(candidate, unpresented) : 0);
      if (worth > (best.get(family)?.worth ?? -Infinity)) best.set(family, { candidate, worth });
    }
  };
  if (isWide(width, height))
    for (const candidatesOf of [rowCandidates, columnCandidates, focusCandidates]) search(candidatesOf);
  if (best.size === 0) search(phoneCandidates);
  for (const { candidate } of [...best.values()]) search(CANDIDATES_OF[candidate.family], candidate);
  const ranked = [...best.values()].sort((a, b) => b.worth - a.worth);
  const [first] = ranked;
  if (!first) throw new RangeError(`no arrangement has room in ${width}×${height}`);
  const kept = before && best.get(before);
  return kept && kept.worth > first.worth - CLEARLY_BETTER ? kept.candidate : first.candidate;
}

/** The shares of their sides that cells lose. */
function lossOf(candidate: Candidate, before: Candidate) {
  const sizes = ['cell', 'kernelCell', 'outputCell'] as const;
  return sizes.reduce((sum, size) => sum + Math.max(0, 1 - candidate[size] / before[size]), 0);
}

function isWide(width: number, height: number) {
  return width >= PHONE_WIDTH || (width >= LEAST_WIDTH && width >= LANDSCAPE * height);
}

/**
 * Sizes to try, from the largest: in coarse steps, or in fine ones from a step above `near` to one below; and
 * those from which on numbers can be read.
 */
export function sizesToTry(
  largest: number,
  smallest: number,
  near: number | undefined,
  ...thresholds: number[]
): number[] {
  const top = near ? Math.min(Math.floor(largest), Math.ceil(near / COARSE)) : Math.floor(largest);
  const end = near ? Math.max(smallest, Math.floor(near * COARSE)) : smallest;
  const fine = near && Math.max(1, Math.round(near / FINE));
  const sizes = new Set([end, ...thresholds].filter((size) => size <= top && size >= end));
  for (let size = top; size >= end; size = fine ? size - fine : Math.floor(size * COARSE)) sizes.add(size);
  return [...sizes].sort((a, b) => b - a);
}

/** The smallest cell of an input that is of use: of a plane that can be seen, if there is room for one. */
export function smallestToTry(largest: number, planeCells: number): number {
  return Math.min(Math.max(1, Math.floor(LEAST_PLANE / planeCells)), Math.max(1, Math.floor(largest)));
}

/** The use of a grid: a number that can be read is worth more than any picture; size counts ever less. */
function worthOfGrid(cell: number, readable: number, side: number, wantedSide = 400, range = 1) {
  if (cell < readable) return 0.9 * Math.min(1, (cell * side) / wantedSide);
  const beyond = cell - readable;
  return 1 + 0.6 * clamp(beyond / 20, 0, 1) + 0.4 * clamp((beyond - 20) / 60, 0, range);
}

const NEAR_TIES: Partial<Record<Family, number>> = { rows: 0.3, columns: 0.15, stacked: -0.6 };
/** A picture of an input that is smaller says nothing, in CSS pixels. */
export const LEAST_PLANE = 96;

/** Makes what tells the worth of a family's arrangements of an input: how much a reader has of each. */
export function makeWorth(input: LayoutInput, family: Family, height: number, presenting = false) {
  const { plane, output, kernel, channels, picture, gathered, weighted } = input;
  const readable = readableCellsOf(input, family);
  const wantedSide = Math.max(360, 0.72 * height);
  const oneLarge = (family === 'focus' || family === 'stacked') && !picture && channels > 1;
  const share = oneLarge ? 1 / Math.min(channels, 3) : 1;
  const planeCells = Math.max(plane.rows, plane.cols);
  const outputCells = Math.max(...output);
  const kernelCells = family === 'phone' ? Math.max(...kernel) : 0;
  const nearTie = presenting && family === 'stacked' ? 0 : (NEAR_TIES[family] ?? 0);
  // From the back of a room larger cells are better for longer.
  const range = presenting ? 1.7 : 1;
  return (candidate: Candidate) => {
    const { cell, kernelCell, outputCell, loupe, lanes, smallLanes } = candidate;
    const { thumbnail, shelfCell, overflow } = candidate;
    const inputWorth = worthOfGrid(cell, readable.input, planeCells, wantedSide, range);
    const outputWorth = worthOfGrid(outputCell, readable.output, outputCells, wantedSide, range);
    // The smallest numbers are the first that the back of a room cannot read.
    const smallest = Math.min(cell, kernelCell, outputCell);
    const thumbnails = Math.min(inputWorth, 0.9 * Math.min(1, thumbnail / 400));
    return (
      (presenting ? 2 * worthOfGrid(smallest, readable.input, planeCells, wantedSide, range) : 0) +
      3 * (share * inputWorth + (1 - share) * thumbnails) +
      (kernelCell >= readable.kernel ? 1.5 : 0) +
      3 * worthOfGrid(kernelCell, readable.kernel, kernelCells, 400, range) +
      2.5 * outputWorth +
      2 * ((lanes + 0.4 * smallLanes) / Math.min(channels, 6)) -
      (loupe && !gathered ? 0.3 : 0) -
      // A window that is enlarged nowhere cannot be read.
      (weighted && !loupe && cell < readable.input ? 1.6 : 0) -
      (cell < readable.input && planeCells * cell < LEAST_PLANE ? 2 : 0) +
      (cell >= readable.input && cell === kernelCell ? 0.12 : 0) -
      overflow / 15 +
      nearTie +
      (thumbnail > 50 ? 0.15 : 0) +
      0.5 * Math.min(1, shelfCell / 20)
    );
  };
}
