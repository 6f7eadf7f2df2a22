/** Where the stage puts its parts, in CSS pixels. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { makeNarrowLayout } from './narrow_layout.ts';
import { makeWideLayout } from './wide_layout.ts';

/** The sizes of the cells; loupeCell 0: no loupe. */
export interface CellSizes {
  cell: number;
  kernelCell: number;
  loupeCell: number;
  outputCell: number;
}

/** input … running: of the first visible row. */
export interface StageLayout extends CellSizes {
  narrow: boolean;
  width: number;
  height: number;
  /** Of headings. */
  fontSize: number;
  /** Whether the window is shown enlarged beside the input. */
  loupe: boolean;
  /** Channel rows that fit; the others scroll. */
  visibleRows: number;
  rowTop: number;
  rowHeight: number;
  input: Rect;
  loupeRect: Rect;
  kernel: Rect;
  products: Rect;
  sum: Rect;
  running: Rect;
  total: Rect;
  output: Rect;
  /** The chart of all channel sums, where rows scroll. */
  bars: Rect | null;
  /** Middles of the signs between the parts. */
  signs: { times: number; equals: number; sigma: number; y: number };
  sigmaY: number;
  headerY: number;
  /** Output channels behind the current one. */
  stackCount: number;
}

const NARROW = 800;

/** height: of the part of the viewport that the stage has. */
export function makeLayout(input: LayoutInput, width: number, height: number): StageLayout {
  return width < NARROW ? makeNarrowLayout(input, width, height) : makeWideLayout(input, width, height);
}

/** Moves a rectangle of the first visible row to another slot. */
export function rectInSlot<T extends Rect>(layout: StageLayout, rect: T, slot: number): T {
  return { ...rect, y: rect.y + slot * layout.rowHeight };
}
