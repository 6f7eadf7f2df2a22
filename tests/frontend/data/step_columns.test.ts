import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSafetensors } from '../../../frontend/data/safetensors.ts';
import { decodeSteps, stepsToColumns } from '../../../frontend/data/step_columns.ts';

/** A safetensors file of int32 and float32 arrays, written by its specification. */
function file(tensors: Record<string, { dtype: 'F32' | 'I32'; shape: number[]; numbers: number[] }>) {
  let at = 0;
  const header: Record<string, object> = { __metadata__: { page: '{}' } };
  for (const [name, { dtype, shape, numbers }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + numbers.length * 4] };
    at += numbers.length * 4;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + at);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let offset = 8 + text.length;
  for (const { dtype, numbers } of Object.values(tensors)) {
    for (const number of numbers) {
      if (dtype === 'F32') view.setFloat32(offset, number, true);
      else view.setInt32(offset, number, true);
      offset += 4;
    }
  }
  return bytes.buffer;
}

test("the chapter's first two windows come out of their columns", async () => {
  const columns = await decodeSteps(
    file({
      outputs: { dtype: 'F32', shape: [2], numbers: [56, 72] },
      channel_sums: { dtype: 'F32', shape: [2, 2], numbers: [19, 37, 25, 47] },
      running_sums: { dtype: 'F32', shape: [2, 2], numbers: [19, 56, 25, 72] },
      patches: {
        dtype: 'F32',
        shape: [2, 2, 2, 2],
        numbers: [0, 1, 3, 4, 1, 2, 4, 5, 1, 2, 4, 5, 2, 3, 5, 6],
      },
      products: {
        dtype: 'F32',
        shape: [2, 2, 2, 2],
        numbers: [0, 1, 6, 12, 1, 4, 12, 20, 0, 2, 8, 15, 2, 6, 15, 24],
      },
      input_rows: { dtype: 'I32', shape: [2, 2], numbers: [0, 1, 0, -1] },
      input_cols: { dtype: 'I32', shape: [2, 2], numbers: [0, 1, 1, 2] },
    }),
    2,
    3,
  );
  const { index, row, col, input_rows, input_cols, patch, products, channel_sums, running_sums, output } =
    columns.step(3).toJSON();
  assert.deepEqual([index, row, col, output], [3, 1, 0, 72]);
  assert.deepEqual(
    [input_rows, input_cols],
    [
      [0, null],
      [1, 2],
    ],
  );
  assert.deepEqual(patch, [
    [
      [1, 2],
      [4, 5],
    ],
    [
      [2, 3],
      [5, 6],
    ],
  ]);
  assert.deepEqual(products, [
    [
      [0, 2],
      [8, 15],
    ],
    [
      [2, 6],
      [15, 24],
    ],
  ]);
  assert.deepEqual(
    [channel_sums, running_sums],
    [
      [25, 47],
      [25, 72],
    ],
  );
  assert.equal(columns.step(2).output, 56);
  assert.equal(columns.step(3), columns.step(3), 'a step that is asked again is the same object');
  const steps = [columns.step(2).toJSON(), columns.step(3).toJSON()];
  const again = stepsToColumns(steps, 'float32', 2, 3);
  assert.deepEqual([again.step(2).toJSON(), again.step(3).toJSON()], steps);
});

test('a type that is not read is an error, and so is a column that is missing', async () => {
  const buffer = file({ a: { dtype: 'F32', shape: [1], numbers: [1] } });
  assert.deepEqual([...(decodeSafetensors(buffer).get('a')?.data ?? [])], [1]);
  const columns = await decodeSteps(buffer, 0, 1);
  assert.throws(() => columns.step(0), TypeError);
});
