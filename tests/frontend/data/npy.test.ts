import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNpy, encodeNpy } from '../../../frontend/data/npy.ts';
import { makeRamp } from '../../../frontend/model/tensors.ts';

test('npy: type, shape and numbers', () => {
  const fields = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
  const header = `${fields.padEnd(117)}\n`;
  const bytes = new Uint8Array(10 + header.length + 8);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  new DataView(bytes.buffer).setFloat32(10 + header.length, 1.5, true);
  new DataView(bytes.buffer).setFloat32(14 + header.length, -2, true);
  const tensor = decodeNpy(bytes.buffer);
  assert.deepEqual(
    [tensor.shape, [...tensor.data]],
    [
      [2, 1],
      [1.5, -2],
    ],
  );
  bytes[10 + header.indexOf('<f4') + 1] = 0x63;
  assert.throws(() => decodeNpy(bytes.buffer), TypeError);
});

test('npy bytes read back', () => {
  for (const tensor of [
    makeRamp([2, 3, 3]),
    { shape: [2], data: new Float32Array([1.5, -2]) },
    { shape: [1, 2], data: new Int32Array([7, -8]) },
  ]) {
    const bytes = encodeNpy(tensor);
    assert.equal((bytes.byteLength - tensor.data.byteLength) % 64, 0);
    assert.deepEqual(decodeNpy(bytes), tensor);
  }
});
