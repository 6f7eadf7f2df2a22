/** Layers of two dimensions and of one, which the page gives a height of 1. */

import type { Dimensions, OperationKind } from './types.ts';

/** What turns layers of one dimension into the page's and back; loaded with the first of them. */
export function loadOneDimension() {
  return import('./one_dimension.ts');
}

export function dimensionsOf({ kind }: { kind: string }): Dimensions {
  return kind.endsWith('1d') ? 1 : 2;
}

/** The key of a text, of one dimension of its form without rows. */
export function textKey(key: string, dimensions: Dimensions) {
  return dimensions === 1 ? `${key}.signal` : key;
}

/** `conv1d` of a layer of one dimension. */
export function ownKind(kind: OperationKind, dimensions: Dimensions) {
  return dimensions === 1 ? kind.replace('2d', '1d') : kind;
}

/** A shape, or an index, as the layer's tensors have it: of one dimension without the height. */
export function ownShape(dimensions: Dimensions, shape: readonly number[]): number[] {
  return dimensions === 1 && shape.length > 1 ? [...shape.slice(0, -2), ...shape.slice(-1)] : [...shape];
}

/** `Y[0, 1, 2]`, of one dimension `Y[0, 2]`. */
export function formatIndex(
  name: string,
  dimensions: Dimensions,
  index: readonly (number | string | undefined)[],
) {
  const own = dimensions === 1 ? index.toSpliced(-2, 1) : index;
  return `${name}[${own.join(', ')}]`;
}
