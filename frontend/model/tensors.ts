/** Tensors made on the page: ramps, resized ones, and what travels as a file. Pure. */

import type { NumberArray, Tensor } from './types.ts';

/** Channel c counts on from c, row by row: the chapter's example. shape: (C, H, W). */
export function makeRamp(shape: number[]): Tensor {
  const [channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  return {
    shape: [...shape],
    data: Float64Array.from({ length: channels * plane }, (_, k) => (k % plane) + Math.floor(k / plane)),
  };
}

/** Other sizes: numbers stay where they are, new rows and columns are 0, new channels repeat the old ones. */
export function resizeTensor({ shape: from, data }: Tensor, shape: number[]): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const resized = new (data.constructor as Float64ArrayConstructor)(count) as NumberArray;
  const firstPlaneAxis = shape.length - 2;
  for (let k = 0; k < count; k++) {
    let [rest, offset, stride, inside] = [k, 0, 1, true];
    for (let d = shape.length - 1; d >= 0; d--) {
      const [size, oldSize] = [shape[d] ?? 1, from[d] ?? 1];
      const index = rest % size;
      rest = Math.floor(rest / size);
      inside &&= d < firstPlaneAxis || index < oldSize;
      offset += (index % oldSize) * stride;
      stride *= oldSize;
    }
    if (inside) resized[k] = data[offset] ?? 0;
  }
  return { shape: [...shape], data: resized };
}

/** The first two dimensions in each other's place: a convolution's weight, for its transpose. */
export function swapChannels({ shape, data }: Tensor): Tensor {
  const [outer = 1, inner = 1, ...kernel] = shape;
  const cells = kernel.reduce((a, b) => a * b, 1);
  const swapped = data.slice();
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++)
      swapped.set(
        data.subarray((o * inner + i) * cells, (o * inner + i + 1) * cells),
        (i * outer + o) * cells,
      );
  }
  return { shape: [inner, outer, ...kernel], data: swapped };
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
