/** A layer from blank, by its sizes: fresh small numbers, others for each seed. Pure. */

import { nestArray } from '../model/numbers.ts';
import { freshNumbers } from '../model/tensors.ts';
import type { Dimensions } from '../model/types.ts';
import type { SceneRequest } from './edit_session.ts';

export interface ExampleSizes {
  dimensions: Dimensions;
  channels: number;
  /** 1 in one dimension. */
  height: number;
  width: number;
  filters: number;
  kernel: number;
}

/** From the smallest to the largest. */
const INPUT = [1, 5];
const KERNEL = [-2, 2];

/** Numbers that are made here; the server makes more. */
const MOST_NUMBERS = 50_000;

/** seed: an even number; the input and the kernel have numbers of their own. */
export function makeExampleRequest(sizes: ExampleSizes, seed: number): SceneRequest {
  const { dimensions, channels, height, width, filters, kernel } = sizes;
  return {
    path: '/scenes',
    begins: true,
    dimensions,
    body: {
      operation: { kind: 'conv2d' },
      input: makeNumbers([channels, height, width], INPUT, seed),
      weight: makeNumbers([filters, channels, dimensions === 1 ? 1 : kernel, kernel], KERNEL, seed + 1),
      bias: null,
    },
  };
}

function makeNumbers(shape: number[], range: number[], seed: number) {
  const count = shape.reduce((a, b) => a * b, 1);
  if (count > MOST_NUMBERS) return { random: { shape, seed, distribution: 'integers' } };
  const number = freshNumbers(range, seed);
  return {
    data: nestArray(
      shape,
      Array.from({ length: count }, (_, k) => number(k)),
    ),
  };
}
