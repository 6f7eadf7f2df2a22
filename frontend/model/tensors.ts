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

/**
 * Other sizes: numbers stay where they are; new channels, filters, rows and columns have fresh numbers, of
 * the kind and in the range of those that are there, the same for the same place and seed.
 */
export function resizeTensor(tensor: Tensor, shape: number[], seed: number): Tensor {
  const { shape: from, data } = tensor;
  const fresh = freshNumbers(data, seed);
  return placeNumbers(tensor, shape, (k, index) =>
    index.every((at, axis) => at < (from[axis] ?? 1)) ? null : fresh(k),
  );
}

/** Other channels: cut off, or repeated from the first on. shape: (C, H, W) of the same H and W. */
export function repeatChannels(tensor: Tensor, shape: number[]): Tensor {
  return placeNumbers(tensor, shape, () => null);
}

/** newNumber: what stands at a place, or null: what stood there, counted modulo the old sizes. */
function placeNumbers(
  { shape: from, data }: Tensor,
  shape: number[],
  newNumber: (k: number, index: number[]) => number | null,
): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const resized = new (data.constructor as Float64ArrayConstructor)(count) as NumberArray;
  const index = shape.map(() => 0);
  for (let k = 0; k < count; k++) {
    let [rest, offset, stride] = [k, 0, 1];
    for (let d = shape.length - 1; d >= 0; d--) {
      const [size, oldSize] = [shape[d] ?? 1, from[d] ?? 1];
      index[d] = rest % size;
      rest = Math.floor(rest / size);
      offset += ((index[d] ?? 0) % oldSize) * stride;
      stride *= oldSize;
    }
    resized[k] = newNumber(k, index) ?? data[offset] ?? 0;
  }
  return { shape: [...shape], data: resized };
}

/** Whole numbers that are usual where all there are 0. */
const USUAL = { low: -3, high: 3 };

/**
 * Numbers by place: whole ones among whole ones, never 0, since a channel of zeros would show nothing. seed:
 * other numbers for another tensor.
 */
export function freshNumbers(data: ArrayLike<number>, seed: number): (k: number) => number {
  let [low, high, whole] = [Infinity, -Infinity, true];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    low = Math.min(low, value);
    high = Math.max(high, value);
    whole &&= Number.isInteger(value);
  }
  const range = low < high ? { low, high } : USUAL;
  return (k) => {
    const share = hash(k, seed);
    if (!whole) return range.low + share * (range.high - range.low);
    const value = range.low + Math.floor(share * (range.high - range.low + 1));
    return value === 0 ? ((share * 1e4) % 2 < 1 && range.low < 0 ? -1 : 1) : value;
  };
}

/** 0 … 1, as good as random (the finaliser of MurmurHash3). */
function hash(k: number, seed: number) {
  let h = Math.imul(k + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
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
