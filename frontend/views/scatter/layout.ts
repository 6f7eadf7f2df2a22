/** Where the scatter view puts what the stage lacks: the input cell's number, the summed stamp. Pure. */

import type { Rect } from '../../model/types.ts';
import { centerOf, squareAround } from '../shared/rects.ts';
import type { Lane, StageLayout } from '../stage/layout.ts';

/** The smallest cell of the summed stamp that is worth its place. */
const MIN_STAMP_CELL = 14;

/** Places the input cell's number where the stage enlarges its window. */
export function placeValue({ loupe, products, cell }: Lane): Rect {
  const { x, y } = centerOf(loupe ?? products);
  return squareAround(x, y, Math.min(Math.max(cell, 26), loupe?.width ?? cell));
}

/** Places the summed stamp where the stage has its ledger; null where there is no room. */
export function placeStamp({ card, kernelCell }: StageLayout, [kH, kW]: [number, number]) {
  if (!card) return null;
  const cell = Math.floor(Math.min(kernelCell, (card.width - 8) / kW, (card.height - 30) / kH));
  if (cell < MIN_STAMP_CELL) return null;
  const { x, y } = centerOf(card);
  return { x: x - (cell * kW) / 2, y: y - (cell * kH) / 2, width: cell * kW, height: cell * kH, cell };
}
