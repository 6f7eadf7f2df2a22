/** Where the scatter view puts what the stage lacks: the input cell's number, the summed stamp. Pure. */

import type { Rect } from '../../model/types.ts';
import { centerOf, squareAround } from '../shared/rects.ts';
import type { GridPlace } from '../stage/grid_places.ts';
import type { Lane, Point, StageLayout } from '../stage/layout.ts';

/** The smallest cell of the summed stamp that is worth its place. */
const MIN_STAMP_CELL = 14;

/** Places the input cell's number where the stage enlarges its window. */
export function placeValue({ loupe, products, cell }: Lane): Rect {
  const { x, y } = centerOf(loupe ?? products);
  return squareAround(x, y, Math.min(Math.max(cell, 26), loupe?.width ?? cell));
}

/**
 * The corners of the line from an input cell to its enlarged number: between two rows of the plane, so that
 * it crosses no number, as far as the lane's rail where that has a name. None where the lane is below.
 */
export function connectValue(
  { view, place }: Pick<GridPlace, 'view' | 'place'>,
  { rail, upright }: Pick<Lane, 'rail' | 'upright'>,
  value: Rect,
  { row, col }: { row: number; col: number },
): Point[] {
  const right = place.x + place.width;
  const end = upright && rail.x > right ? rail.x - 2 : value.x - 2;
  const { y } = centerOf(value);
  if (end <= right) return [];
  const below = y > view.y + (row + 0.5) * view.cell;
  const between = view.y + (row + (below ? 1 : 0)) * view.cell;
  const x = view.x + (col + 1) * view.cell;
  if (x > right || between < place.y || between > place.y + place.height) return [];
  return [
    { x, y: between },
    { x: right, y: between },
    { x: end, y },
  ];
}

/** Places the summed stamp where the stage has its ledger; null where there is no room. */
export function placeStamp({ card, kernelCell }: StageLayout, [kH, kW]: [number, number]) {
  if (!card) return null;
  const cell = Math.floor(Math.min(kernelCell, (card.width - 8) / kW, (card.height - 30) / kH));
  if (cell < MIN_STAMP_CELL) return null;
  const { x, y } = centerOf(card);
  return { x: x - (cell * kW) / 2, y: y - (cell * kH) / 2, width: cell * kW, height: cell * kH, cell };
}
