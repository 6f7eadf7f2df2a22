import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileContent } from '../../../frontend/data/file_content.ts';
import { decodeNpy, encodeNpy } from '../../../frontend/data/npy.ts';
import { decodeSafetensors } from '../../../frontend/data/safetensors.ts';
import { repeatChannelsOf, sliceTensor } from '../../../frontend/data/tensor_slice.ts';

/** A checkpoint of two tensors. */
function checkpoint() {
  const header = JSON.stringify({
    'conv.weight': { dtype: 'F32', shape: [2, 1, 1, 2], data_offsets: [0, 16] },
    'conv.bias': { dtype: 'F32', shape: [2], data_offsets: [16, 24] },
  });
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, BigInt(header.length), true);
  return new Blob([head, header, new Float32Array([1, 2, 3, 4, 5, 6])]);
}

test('of a checkpoint one tensor is a file of its own', async () => {
  const file = checkpoint();
  const content = await readFileContent(file);
  assert.ok(content.kind === 'safetensors');
  for (const entry of content.tensors) {
    const slice = sliceTensor(entry, null);
    const tensors = decodeSafetensors(await slice.arrayBuffer());
    assert.deepEqual([...tensors.keys()], [entry.name]);
    const expected = entry.name === 'conv.bias' ? [5, 6] : [1, 2, 3, 4];
    assert.deepEqual([...(tensors.get(entry.name)?.data ?? [])], expected);
    assert.deepEqual(tensors.get(entry.name)?.shape, entry.shape);
  }
});

test('of a batch one input is a file of its own', async () => {
  const batch = { shape: [3, 1, 2, 2], data: Float32Array.from({ length: 12 }, (_, k) => k) };
  const file = new Blob([encodeNpy(batch)]);
  const content = await readFileContent(file);
  assert.ok(content.kind === 'npy');
  const [entry] = content.tensors;
  assert.ok(entry);
  for (const index of [0, 2]) {
    const item = decodeNpy(await sliceTensor(entry, index).arrayBuffer());
    assert.deepEqual(item, { shape: [1, 2, 2], data: batch.data.slice(index * 4, index * 4 + 4) });
  }
  assert.equal(sliceTensor(entry, null), file);
});

test('of a file the channels are cut or repeated, of a batch those of one input', async () => {
  const data = Float32Array.from({ length: 12 }, (_, k) => k);
  const files: [number[], number | null, number, number][] = [
    [[3, 2, 2], null, 0, 3],
    [[2, 3, 1, 2], 1, 6, 3],
    [[3, 4], null, 0, 1],
  ];
  for (const [shape, index, from, count] of files) {
    const content = await readFileContent(new Blob([encodeNpy({ shape, data })]));
    assert.ok(content.kind === 'npy' && content.tensors[0]);
    const size = shape.slice(-2).reduce((a, b) => a * b, 1);
    for (const channels of [1, 2, 5]) {
      const file = repeatChannelsOf(content.tensors[0], { index, channels, axes: 2 });
      const read = decodeNpy(await file.arrayBuffer());
      assert.deepEqual(read.shape, [channels, ...shape.slice(-2)]);
      const expected = Array.from({ length: channels }, (_, c) => {
        const first = from + (c % count) * size;
        return [...data.slice(first, first + size)];
      });
      assert.deepEqual([...read.data], expected.flat());
    }
  }
});
