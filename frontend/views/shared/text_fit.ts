/** How large text is in a cell, and how many decimals fit. */

import { decimalsFor, formatCell, formatNumber, isLost, LEAST_DIGITS } from '../../model/numbers.ts';
import { clamp } from './rects.ts';

/** The smallest cell that a number is written in, and the smallest one for numbers with decimals. */
export const READABLE_CELL = 22;
export const READABLE_DECIMAL_CELL = 30;

/** The largest cell of a matrix, and that zooming leads to, in CSS pixels. */
export const LARGEST_CELL = 72;

/** The most numbers that are all looked at for their decimals. */
export const MAX_DECISIVE = 4096;

/** How much larger words are than usual: for the back of a room. */
export function typeScale({
  width,
  height,
  presenting,
}: {
  width: number;
  height: number;
  presenting?: boolean;
}) {
  return presenting ? 1.2 * clamp(Math.min(width / 1302, height / 600), 1, 1.4) : 1;
}

/** The smallest cell in which `chars` tabular characters can be read, in type of 10 px. */
export function readableCell(chars: number) {
  return Math.max(20, Math.ceil(5.4 * chars + 4));
}

/** How the numbers of a grid are written in its cells. */
export interface NumberFit {
  decimals: number;
  /** Whether they can be read. */
  readable: boolean;
  /** The size of type, in CSS pixels, and the characters that a cell has room for in it. */
  font: number;
  chars: number;
}

export const NOT_WRITTEN: NumberFit = { decimals: 0, readable: false, font: 10, chars: 0 };

/** A number as its grid writes it. */
export function writeNumber(value: number, { decimals, chars }: Omit<NumberFit, 'readable' | 'font'>) {
  return formatCell(value, decimals, chars);
}

/** The characters that have room in a cell at the smallest type. */
function roomIn(cell: number) {
  return Math.floor((cell - 4) / 5.4);
}

/** The size of type in a cell, from the longest text of its grid. */
export function fontFor(cell: number, chars: number) {
  return clamp(Math.min(cell / 2, (cell - 5) / (0.58 * chars)), 10, 48);
}

/**
 * Fits the numbers of a grid into cells: the most decimals, up to `wanted`, with which each has room.
 * longest: tells the length of the longest of them.
 */
export function fitNumbers(
  values: ArrayLike<number>,
  cell: number,
  wanted = decimalsFor(values, 3),
  longest = longestNumber,
): NumberFit {
  const room = roomIn(cell);
  const decimals = decimalsThatFit(values, room, wanted);
  const chars = longest(values, decimals, room);
  // A grid of fractions that has no room for a decimal would show zeros and ones.
  const readable = cell >= readableCell(chars) && (wanted === 0 || decimals > 0);
  return { decimals, readable, font: fontFor(cell, chars), chars };
}

/** As `fitNumbers`, of terms, which are rounded so that they add up. */
export function fitTerms(values: ArrayLike<number>, cell: number, wanted?: number): NumberFit {
  return fitNumbers(values, cell, wanted, longestText);
}

/** Characters that a small number beside large ones needs at least: `0.004`, `−4e−3`. */
export const SMALL_NUMBER = 5;

/** The length of the longest number of a grid with these decimals; what would be 0 has more than `room`. */
export function longestNumber(values: ArrayLike<number>, decimals: number, room: number) {
  const most = Math.max(room, SMALL_NUMBER);
  let longest = longestText(values, decimals);
  for (let i = 0; i < values.length && longest < most; i++) {
    const value = values[i] ?? 0;
    if (!isLost(value, decimals)) continue;
    const needed = Math.abs(value) * 10 ** decimals < 0.5 ? most : room;
    longest = Math.max(longest, formatCell(value, decimals, needed).length);
  }
  return longest;
}

/** The length of the longest number with these decimals. */
export function longestText(values: ArrayLike<number>, decimals: number) {
  let [max, min] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value > max) max = value;
    if (value < min) min = value;
  }
  return Math.max(formatNumber(max, decimals).length, formatNumber(min, decimals).length);
}

/** As `fitNumbers`; for a tensor that is large, or on its way, `min` and `max` stand for its numbers. */
export function fitTensor(data: ArrayLike<number>, min: number, max: number, cell: number): NumberFit {
  const few = data.length > 0 && data.length <= MAX_DECISIVE;
  return fitNumbers(few ? data : [max, min, max / 3], cell);
}

/**
 * Finds the most decimals, up to `wanted`, with which every value fits into `room` characters, or those that
 * leave three digits to the largest: text can be narrowed, a rounded weight cannot be read back.
 */
export function decimalsThatFit(
  values: ArrayLike<number>,
  room: number,
  wanted: number = decimalsFor(values, 4),
) {
  let decimals = wanted;
  let [max, min] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value > max) max = value;
    if (value < min) min = value;
  }
  const length = () => Math.max(formatNumber(max, decimals).length, formatNumber(min, decimals).length);
  const least = decimalsFor(values, LEAST_DIGITS);
  while (decimals > least && length() > room) decimals -= 1;
  return decimals;
}
