/** How large text is in a cell, and how many decimals fit. */

import { decimalsFor, formatNumber } from '../../model/numbers.ts';

/** The most decimals, up to `wanted`, with which every value fits into `room` characters. */
export function decimalsThatFit(
  values: ArrayLike<number>,
  room: number,
  wanted: number = decimalsFor(values, 4),
) {
  let decimals = wanted;
  let [longest, least] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value > longest) longest = value;
    if (value < least) least = value;
  }
  const tooLong = () =>
    Math.max(formatNumber(longest, decimals).length, formatNumber(least, decimals).length) > room;
  while (decimals > 0 && tooLong()) decimals -= 1;
  return decimals;
}

/** Tabular figures are about 0.56 em wide, and can be narrowed a little. */
export function charactersIn(cell: number) {
  return Math.floor(((cell - 3) / (fontSizeIn(cell) * 0.56)) * 1.15);
}

/** The font in a cell, in CSS pixels; whole numbers are short, and can be larger. */
export function fontSizeIn(cell: number, whole = false) {
  return Math.min(Math.max(cell * 0.36, whole ? cell * 0.56 - 7 : 0, 10), whole ? 48 : 38);
}

export const READABLE_DECIMAL_CELL = 30;

/** The smallest cell that a number is written in, and the smallest one for numbers with decimals. */
export const READABLE_CELL = 22;
