/**
 * Tensors made on the page: ramps, resized ones, and what travels as a file. Pure.
 *
 * @import {Numbers, Tensor} from './types.js'
 */

const DESCR = { Float32Array: '<f4', Float64Array: '<f8', Int32Array: '<i4' };

/** Channel c counts on from c, row by row: the chapter's example. @param {number[]} shape  (C, H, W) @returns {Tensor} */
export function ramp(shape) {
  const [channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  return { shape: [...shape], data: Float64Array.from({ length: channels * plane }, (_, k) => (k % plane) + Math.floor(k / plane)) };
}

/** Another height and width: what is there stays, what is new is 0. New channels repeat the old ones. @param {Tensor} tensor @param {number[]} shape  of as many dimensions @returns {Tensor} */
export function resized({ shape: from, data }, shape) {
  const count = shape.reduce((a, b) => a * b, 1);
  const made = /** @type {Numbers} */ (new /** @type {Float64ArrayConstructor} */ (data.constructor)(count));
  const last = shape.length - 2;
  for (let k = 0; k < count; k++) {
    let [rest, offset, step, inside] = [k, 0, 1, true];
    for (let d = shape.length - 1; d >= 0; d--) {
      const [size, had] = [shape[d] ?? 1, from[d] ?? 1];
      const at = rest % size;
      rest = Math.floor(rest / size);
      inside &&= d < last || at < had;
      offset += (at % had) * step;
      step *= had;
    }
    if (inside) made[k] = data[offset] ?? 0;
  }
  return { shape: [...shape], data: made };
}

/** NumPy's format, version 1. @param {Tensor} tensor @returns {ArrayBuffer} */
export function npyBytes({ shape, data }) {
  const descr = DESCR[/** @type {keyof typeof DESCR} */ (data.constructor.name)];
  const about = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${about.padEnd(Math.ceil((10 + about.length + 1) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes.buffer;
}

/** The first two dimensions in each other's place: a convolution's weight, for its transpose. @param {Tensor} tensor @returns {Tensor} */
export function swapped({ shape, data }) {
  const [outer = 1, inner = 1, ...kernel] = shape;
  const cells = kernel.reduce((a, b) => a * b, 1);
  const made = data.slice();
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) made.set(data.subarray((o * inner + i) * cells, (o * inner + i + 1) * cells), (i * outer + o) * cells);
  }
  return { shape: [inner, outer, ...kernel], data: made };
}
