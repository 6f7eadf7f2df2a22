import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileError, readFileContent, tensorsOfRank } from '../../../frontend/data/file_content.ts';
import { encodeNpy } from '../../../frontend/data/npy.ts';
import { makeRamp } from '../../../frontend/model/tensors.ts';

function safetensors(header: object | string, length?: number) {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + 16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  return new Blob([bytes]);
}

const because = (reason: string) => (error: unknown) => error instanceof FileError && error.reason === reason;

test('a safetensors file tells its tensors', async () => {
  const about = {
    __metadata__: { format: 'pt' },
    'conv.weight': { dtype: 'F32', shape: [2, 1, 1, 1], data_offsets: [0, 8] },
    'conv.bias': { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
  };
  const file = safetensors(about);
  const content = await readFileContent(file);
  const header = 8 + JSON.stringify(about).length;
  assert.deepEqual(tensorsOfRank(content, [4]), [
    {
      name: 'conv.weight',
      format: 'safetensors',
      dtype: 'F32',
      shape: [2, 1, 1, 1],
      file,
      range: [header, header + 8],
    },
  ]);
  assert.deepEqual(
    tensorsOfRank(content, [1]).map(({ name }) => name),
    ['conv.bias'],
  );
});

test('damaged and foreign files are named as such', async () => {
  await assert.rejects(readFileContent(safetensors({}, 1e6)), because('damaged'));
  await assert.rejects(readFileContent(safetensors('{"a": ')), because('damaged'));
  await assert.rejects(readFileContent(safetensors({ a: { dtype: 'F32', shape: 'x' } })), because('damaged'));
  await assert.rejects(readFileContent(safetensors({ a: null })), because('damaged'));
  await assert.rejects(
    readFileContent(new Blob(['PK\x03\x04 a zip, as torch.save makes it'])),
    because('pickle'),
  );
  const header = `PK\x03\x04${'\0'.repeat(26)}`;
  await assert.rejects(readFileContent(new Blob([header, 'x.npy', 'numbers'])), because('damagedArchive'));
  await assert.rejects(readFileContent(new Blob([header, 'net/data.pkl'])), because('pickle'));
  await assert.rejects(readFileContent(new Blob(['hello'])), because('unknown'));
  await assert.rejects(readFileContent(new Blob([''])), because('empty'));
});

test('pictures and npy files', async () => {
  assert.deepEqual(
    await readFileContent(new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])])),
    { kind: 'picture', channels: 3 },
  );
  const file = new Blob([encodeNpy(makeRamp([2, 3, 4]))]);
  assert.deepEqual(await readFileContent(file), {
    kind: 'npy',
    tensors: [{ name: '', format: 'npy', dtype: '<f8', shape: [2, 3, 4], file, range: [128, 128 + 24 * 8] }],
  });
  await assert.rejects(readFileContent(file.slice(0, 8)), because('damaged'));
});

test("the ramp is the chapter's input", () => {
  assert.deepEqual([...makeRamp([2, 3, 3]).data], [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
