/** Numbers as text: rounded for reading, or with all their digits; and those of a tensor as lists. */

import type { Tensor } from './types.ts';

export const MINUS = '\u2212';

/** Magnitudes outside which a number is written with an exponent. */
const FIXED = { min: 1e-6, max: 1e12 };

/** Significant digits that the largest of the numbers shown together has at least. */
export const LEAST_DIGITS = 3;

/** Zero has the decimals of its neighbours: `0.00` beside `1.00`. */
export function formatNumber(value: number, decimals: number) {
  const size = Math.abs(value);
  const exponent = size >= FIXED.max || (size > 0 && size < FIXED.min && decimals > 6);
  const text = exponent ? size.toExponential(3) : size.toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A number by itself, with three digits. */
export function formatFactor(value: number) {
  return formatNumber(value, decimalsFor([value], LEAST_DIGITS));
}

/**
 * A number of a grid with `decimals`: with more of them where these leave it no digit, or make another whole
 * number of it, as far as `room` characters go; with an exponent where it would be 0 else.
 */
export function formatCell(value: number, decimals: number, room: number) {
  const text = formatNumber(value, decimals);
  if (!isLost(value, decimals)) return text;
  const size = Math.abs(value);
  const first = Math.max(decimals + 1, -Math.floor(Math.log10(size)));
  for (let more = Math.max(first, decimalsFor([value], LEAST_DIGITS)); more >= first; more--) {
    const longer = formatNumber(value, more);
    if (longer.length <= room) return longer;
  }
  const short = `${value < 0 ? MINUS : ''}${size.toExponential(0).replace('-', MINUS)}`;
  return parsePrinted(text) === 0 && short.length <= room ? short : text;
}

/** A term in its cell, printed so that all add up: marked where little of it is left. */
export function markRounded(value: number, printed: string, decimals: number) {
  if (value !== 0 && parsePrinted(printed) === 0) return '≈0';
  return decimals === 0 && isLost(value, decimals) ? `≈${printed}` : printed;
}

/** Whether it is smaller than a unit of its last decimal, or whole, with few digits, in print alone. */
export function isLost(value: number, decimals: number) {
  const size = Math.abs(value);
  if (decimals === 0) return size < 10 ** (LEAST_DIGITS - 1) && !Number.isInteger(value);
  return size > 0 && size * 10 ** decimals < 1;
}

/** As `formatNumber` rounds. */
export function roundTo(value: number, decimals: number) {
  return Math.sign(value) * Number(Math.abs(value).toFixed(decimals));
}

/** A number that `formatNumber` wrote. */
export function parsePrinted(text: string) {
  return Number(text.replaceAll(MINUS, '-').replace('≈', ''));
}

/** What a float32 does not hold of a number, as a share of it. */
const FLOAT_ERROR = 1e-6;

/**
 * Decimals that leave `digits` significant ones to the largest of the values, or fewer that write every value
 * as it is; 0 when all are whole.
 */
export function decimalsFor(values: ArrayLike<number>, digits: number) {
  let whole = true;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    whole &&= Number.isInteger(value);
    max = Math.max(max, Math.abs(value));
  }
  if (whole || max === 0) return 0;
  const maxDecimals = Math.min(Math.max(digits - 1 - Math.floor(Math.log10(max)), 0), 12);
  for (let decimals = 1; decimals < maxDecimals; decimals++)
    if (areExact(values, decimals, max)) return decimals;
  return maxDecimals;
}

/** Whether the values are as they are written with these decimals. largest: of their magnitudes. */
function areExact(values: ArrayLike<number>, decimals: number, largest: number) {
  const unit = 10 ** decimals;
  for (let i = 0; i < values.length; i++) {
    const scaled = (values[i] ?? 0) * unit;
    if (Math.abs(scaled - Math.round(scaled)) > FLOAT_ERROR * largest * unit) return false;
  }
  return true;
}

/** The shortest text that reads back as the same number of its type. */
export function formatExact(value: number, dtype: string) {
  const text = dtype === 'float32' ? shortestFloat32(value) : String(value);
  return text.replace('-', MINUS);
}

function shortestFloat32(value: number) {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}

/** Four digits, which are enough to watch a number change. */
export function formatShort(value: number) {
  const size = Math.abs(value);
  const exponent = size >= 1e7 || (size > 0 && size < 1e-4);
  const text = exponent ? value.toExponential(3).replace('+', '') : String(Number(value.toPrecision(4)));
  return text.replaceAll('-', MINUS);
}

export type NestedArray = (number | NestedArray)[];

/** Numbers as lists within lists. */
export function nestArray(shape: number[], data: ArrayLike<number>): NestedArray {
  let level: NestedArray = Array.from(data);
  for (let d = shape.length - 1; d > 0; d--) {
    const size = shape[d] ?? 1;
    const inner = level;
    level = Array.from({ length: inner.length / size }, (_, k) => inner.slice(k * size, (k + 1) * size));
  }
  return level;
}

/** Whether a tensor's numbers are there, not only a sketch of them. */
export function hasAllNumbers({ preview, data }: Tensor) {
  return !preview || data.length > 0;
}
