/** NumPy's file format. */

import type { Tensor } from '../model/types.ts';

export const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

const DTYPES = { '<f4': 'float32', '<f8': 'float64', '<i4': 'int32' } as const;

/**
 * NumPy's file format, version 1 to 3, as far as the server writes it: little-endian, C order, float32,
 * float64, int32.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * Throws TypeError for anything else.
 */

export function decodeNpy(buffer: ArrayBuffer): Tensor {
  const view = new DataView(buffer);
  const wide = view.getUint8(6) > 1;
  const headerAt = wide ? 12 : 10;
  const dataAt = headerAt + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder().decode(new Uint8Array(buffer, headerAt, dataAt - headerAt));
  const descr = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  if (!(descr in DTYPES) || /'fortran_order': True/.test(header))
    throw new TypeError(`npy of type ${descr} in this order is not read here`);
  const Numbers = ARRAYS[DTYPES[descr as keyof typeof DTYPES]];
  return {
    shape: shape
      .split(',')
      .filter((part) => part.trim())
      .map(Number),
    data: new Numbers(buffer.slice(dataAt)),
  };
}

/** NumPy's format, version 1. */
export function encodeNpy({ shape, data }: Tensor): ArrayBuffer {
  const descr = DESCR[data.constructor.name as keyof typeof DESCR];
  const about = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${about.padEnd(Math.ceil((10 + about.length + 1) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes.buffer;
}

const DESCR = { Float32Array: '<f4', Float64Array: '<f8', Int32Array: '<i4' };
