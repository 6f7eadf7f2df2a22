/** Where the stage puts its parts, in CSS pixels. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import type { Candidate, ChoiceOptions, Family } from './candidates.ts';
import { chooseCandidate } from './candidates.ts';
import { placeColumns } from './columns_layout.ts';
import { placeFocus } from './focus_layout.ts';
import { placePhone } from './phone_layout.ts';
import { placeRows } from './rows_layout.ts';
import type { Spacing } from './spacing.ts';
import { makeSpacing } from './spacing.ts';

export interface Point {
  x: number;
  y: number;
}

/** A channel's sentence: window × kernel = products, and where their sum goes. */
export interface Lane {
  rail: Rect;
  /** Whether the rail stands upright, with the name beside it; else the name stands below. */
  upright: boolean;
  /** The channel's plane, where it has one of its own. */
  input: Rect | null;
  loupe: Rect | null;
  kernel: Rect | null;
  products: Rect;
  /** The side of the cells of loupe, kernel and products. */
  cell: number;
  times: Point | null;
  equals: Point;
  /** The line of the ledger with the channel's sum, and its two numbers. */
  line: Rect;
  sum: Rect;
  running: Rect | null;
  /** Of depthwise layers and pooling: the channel's own output. */
  output: Rect | null;
}

export interface Heading extends Point {
  name: 'input' | 'window' | 'kernel' | 'products' | 'ledger' | 'output';
  /** The width that its text has. */
  width: number;
}

/** Another filter: its kernel slices, and the output that they make. */
export interface ShelfPlace {
  heading: Point & { width: number };
  kernels: Rect[];
  output: Rect;
  outputCell: number;
}

export interface StageLayout {
  family: Family;
  width: number;
  height: number;
  spacing: Spacing;
  cell: number;
  kernelCell: number;
  outputCell: number;
  loupe: boolean;
  /** Of the channels in sight, from the first. */
  lanes: Lane[];
  /** One plane in large: of a picture all channels at once, else the active channel. */
  plane: Rect | null;
  /** Thumbnails of channels, below or beside the plane. */
  thumbnails: Rect[];
  headings: Heading[];
  ledger: 'card' | 'equation' | 'boxes';
  /** The card's frame. */
  card: Rect | null;
  /** A chart of the running sums, where not all channels have lines. */
  waterfall: Rect | null;
  bias: Rect | null;
  total: Rect;
  output: Rect;
  /** Of other output channels, below the output. */
  outputThumbnails: Rect[];
  outputHeading: Rect;
  /** How the total reaches its cell: from below through cells to come, or from the right. */
  pathFrom: 'below' | 'right';
  /** The x or y at which the way turns. */
  pathTurn: number;
  shelf: ShelfPlace[];
  shelfCell: number;
}

/** What a family's placing gives; the rest is the same for all. */
export type PlacedParts = Omit<
  StageLayout,
  'family' | 'width' | 'height' | 'spacing' | 'cell' | 'kernelCell' | 'outputCell' | 'loupe' | 'outputHeading'
>;

/** What a family's placing has: the stage's size, and the open lane among those in sight. */
export interface LayoutRoom {
  width: number;
  height: number;
  spacing: Spacing;
  openLane: number;
}

/** What of a layout follows the timeline. */
export interface LayoutMoment {
  /** The open lane among those in sight, where only one has room. */
  openLane: number;
}

const PLACE = {
  rows: placeRows,
  columns: placeColumns,
  focus: placeFocus,
  stacked: placeFocus,
  phone: placePhone,
};

export interface LayoutChoice {
  candidate: Candidate;
  width: number;
  height: number;
  presenting: boolean;
}

/** Chooses the arrangement and its sizes. */
export function chooseLayout(
  input: LayoutInput,
  width: number,
  height: number,
  options: ChoiceOptions = {},
): LayoutChoice {
  const candidate = chooseCandidate(input, width, height, options);
  return { candidate, width, height, presenting: options.presenting ?? false };
}

/** Places all parts of a chosen arrangement. */
export function placeParts(
  input: LayoutInput,
  { candidate, width, height, presenting }: LayoutChoice,
  moment: LayoutMoment = { openLane: 0 },
): StageLayout {
  const spacing = makeSpacing(width, height, presenting);
  const { family, cell, kernelCell, outputCell, loupe } = candidate;
  const parts = PLACE[family](input, candidate, { width, height, spacing, openLane: moment.openLane });
  const heading = parts.headings.find(({ name }) => name === 'output') ?? { x: 0, y: 0, width: 0 };
  return {
    ...parts,
    family,
    width,
    height: height + candidate.overflow,
    spacing,
    cell,
    kernelCell,
    outputCell,
    loupe,
    outputHeading: {
      x: heading.x,
      y: heading.y - spacing.heading / 2,
      width: heading.width,
      height: spacing.heading,
    },
  };
}

export function makeLayout(input: LayoutInput, width: number, height: number): StageLayout {
  return placeParts(input, chooseLayout(input, width, height));
}
