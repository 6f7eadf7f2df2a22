/** Where a pasted block of numbers goes in a tensor. Pure. */

import type { NumberBlock } from '../number_syntax.ts';
import { PasteError } from '../number_syntax.ts';

/** The cells that a block may fill, and the shape that the tensor has when the block replaces it. */
export interface Placements {
  cells: { index: number[]; value: number }[] | null;
  whole: number[] | null;
}

/** shape: of the tensor; index: of the first cell. Throws PasteError for a block that fits nowhere. */
export function findPlacements(block: NumberBlock, shape: number[], index: number[]): Placements {
  const whole = wholeShape(block.shape, shape);
  if (whole?.join() === shape.join()) return { cells: null, whole };
  const ones = block.shape.findIndex((size) => size !== 1);
  const bare = block.shape.slice(ones < 0 ? block.shape.length - 1 : ones);
  // Sizes that are left from the cell on, of the last dimensions.
  const room = shape.map((size, k) => size - (index[k] ?? 0)).slice(-bare.length);
  const fits = bare.length <= shape.length && bare.every((size, k) => size <= (room[k] ?? 0));
  const replaces = whole !== null && (block.shape.length === shape.length || !fits);
  if (!fits && !replaces) throw new PasteError('tooLarge', { block: bare.join('×'), room: room.join('×') });
  return { cells: fits ? placeCells(block, bare, index) : null, whole: replaces ? whole : null };
}

/** The shape that a block has as a tensor of as many dimensions: sizes that are 1 come and go. */
function wholeShape(block: number[], shape: number[]): number[] | null {
  const missing = Math.max(shape.length - block.length, 0);
  const extra = Math.max(block.length - shape.length, 0);
  const ones = [...shape.slice(0, missing), ...block.slice(0, extra)];
  return ones.every((size) => size === 1) ? [...shape.slice(0, missing), ...block.slice(extra)] : null;
}

function placeCells({ data }: NumberBlock, shape: number[], index: number[]) {
  const shift = index.length - shape.length;
  return data.map((value, k) => {
    const cell = [...index];
    let rest = k;
    for (let d = shape.length - 1; d >= 0; d--) {
      const size = shape[d] ?? 1;
      cell[shift + d] = (index[shift + d] ?? 0) + (rest % size);
      rest = Math.floor(rest / size);
    }
    return { index: cell, value };
  });
}
