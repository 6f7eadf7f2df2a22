/**
 * NumPy's file format, version 1 to 3, as far as the server writes it: little-endian, C order, float32, float64, int32.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @import {Tensor} from './types.js'
 */

const ARRAYS = /** @type {const} */ ({ '<f4': Float32Array, '<f8': Float64Array, '<i4': Int32Array });

/** @param {ArrayBuffer} buffer @returns {Tensor} @throws {TypeError} for anything else */
export function parseNpy(buffer) {
  const view = new DataView(buffer);
  const wide = view.getUint8(6) > 1;
  const headerAt = wide ? 12 : 10;
  const dataAt = headerAt + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder().decode(new Uint8Array(buffer, headerAt, dataAt - headerAt));
  const descr = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  if (!(descr in ARRAYS) || /'fortran_order': True/.test(header)) throw new TypeError(`npy of type ${descr} in this order is not read here`);
  const Numbers = ARRAYS[/** @type {keyof typeof ARRAYS} */ (descr)];
  return { shape: shape.split(',').filter((part) => part.trim()).map(Number), data: new Numbers(buffer.slice(dataAt)) };
}
