/**
 * The address of an output cell as it is typed: `0,3,5`, `[0, 3, 5]`, `Y[0,3,5]`, and of one dimension `0,5`.
 * Pure.
 */

import type { Dimensions } from './types.ts';

/** Output channel, row, column. */
export type CellAddress = [number, number, number];

const ADDRESS =
  /^(?:[A-Za-z_][\w.]*\s*)?[[(【（［]?\s*(\d+)[\s,，、]+(\d+)(?:[\s,，、]+(\d+))?\s*[\])】）］]?$/;

/** Null where the text is no address of an output of so many dimensions. */
export function parseCellAddress(text: string, dimensions: Dimensions): CellAddress | null {
  const found = ADDRESS.exec(text.trim());
  if (!found || (found[3] === undefined) !== (dimensions === 1)) return null;
  const [channel, first, second] = [Number(found[1]), Number(found[2]), Number(found[3])];
  return dimensions === 1 ? [channel, 0, first] : [channel, first, second];
}

/** shape: of the output. */
export function isInside(address: CellAddress, shape: readonly number[]) {
  return address.every((index, axis) => index < (shape[axis] ?? 0));
}

/** `0 … 3, 0 … 5, 0 … 7` */
export function formatRange(shape: readonly number[]) {
  return shape.map((size) => (size > 1 ? `0 … ${size - 1}` : '0')).join(', ');
}
