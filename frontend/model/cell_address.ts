/**
 * The address of an output cell as it is typed: `0,3,5`, `[0, 3, 5]`, `Y[0,3,5]`, with
 * the sample as torch has it `out[0, 0, 3, 5]`, and of one dimension `0,5`.
 * Pure.
 */

import type { Dimensions } from './types.ts';

/** Output channel, row, column. */
export type CellAddress = [number, number, number];

const ADDRESS = /^(?:[A-Za-z_][\w.]*\s*)?[[(【（［]?\s*(\d+(?:[\s,，、]+\d+){1,3})\s*[\])】）］]?$/;

/** Null where the text is no address of an output of so many dimensions. */
export function parseCellAddress(text: string, dimensions: Dimensions): CellAddress | null {
  const indices =
    ADDRESS.exec(text.trim())?.[1]
      ?.split(/[\s,，、]+/)
      .map(Number) ?? [];
  const count = dimensions + 1;
  // An index of torch's begins with the sample's, of which there is one.
  const own = indices.length === count + 1 && indices[0] === 0 ? indices.slice(1) : indices;
  if (own.length !== count) return null;
  const [channel = 0, first = 0, second = 0] = own;
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
