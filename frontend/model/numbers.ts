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

/** As `formatNumber` rounds. */
export function roundTo(value: number, decimals: number) {
  return Math.sign(value) * Number(Math.abs(value).toFixed(decimals));
}

/** A number that `formatNumber` wrote. */
export function parsePrinted(text: string) {
  return Number(text.replace(MINUS, '-').replace('≈', ''));
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
  const most = Math.min(Math.max(digits - 1 - Math.floor(Math.log10(max)), 0), 12);
  for (let decimals = 1; decimals < most; decimals++) if (areExact(values, decimals, max)) return decimals;
  return most;
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
