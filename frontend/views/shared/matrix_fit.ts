/** How large text is in the cells of a matrix, and how many decimals fit. */

import { decimalsFor } from '../../model/numbers.ts';
import { clamp } from './rects.ts';
import type { NumberFit } from './text_fit.ts';
import { fitNumbers, fontFor, longestText, MAX_DECISIVE, readableCell } from './text_fit.ts';

/** Fits the numbers of a matrix into its cells, in type that is smaller than that of a grid. */
export function fitMatrix(
  values: ArrayLike<number>,
  cell: number,
  wanted = decimalsFor(values, 4),
): NumberFit {
  const fit = fitNumbers(values, cell, wanted);
  return { ...fit, font: Math.min(fit.font, fontSizeIn(cell, fit.decimals === 0)) };
}

/** Fits numbers that are printed with so many decimals, so that they add up. */
export function fitPrinted(values: ArrayLike<number>, cell: number, decimals: number): NumberFit {
  const chars = longestText(values, decimals);
  const font = Math.min(fontFor(cell, chars), fontSizeIn(cell, decimals === 0));
  return { decimals, readable: cell >= readableCell(chars), font, chars };
}

/** As `fitMatrix`; for a tensor that is large `min` and `max` stand for its numbers. */
export function fitMatrixTensor(data: ArrayLike<number>, min: number, max: number, cell: number) {
  return fitMatrix(data.length <= MAX_DECISIVE ? data : [max, min, max / 3], cell);
}

/** The font in a cell, in CSS pixels; whole numbers are short, and can be larger. */
function fontSizeIn(cell: number, whole = false) {
  return clamp(Math.max(cell * 0.36, whole ? cell * 0.56 - 7 : 0), 10, whole ? 48 : 38);
}
