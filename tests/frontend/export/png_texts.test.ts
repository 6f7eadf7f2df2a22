import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { addPngTexts, crc32 } from '../../../frontend/export/png_texts.ts';

test("checksums are zlib's", () => {
  for (const text of ['', 'IEND', '卷积', 'a'.repeat(1000)]) {
    const bytes = new TextEncoder().encode(text);
    assert.equal(crc32(bytes), zlibCrc32(bytes));
  }
});

test('a text stands in a chunk of its own behind the header', async () => {
  const png = new Blob([new Uint8Array(33).fill(7), 'rest']);
  const bytes = Buffer.from(await (await addPngTexts(png, { Title: '卷积' })).arrayBuffer());
  assert.equal(
    bytes.subarray(0, 33).every((byte) => byte === 7),
    true,
  );
  assert.equal(bytes.subarray(-4).toString(), 'rest');
  const chunk = bytes.subarray(33, -4);
  assert.equal(chunk.readUInt32BE(0), chunk.length - 12);
  assert.equal(chunk.subarray(4, -4).toString(), 'iTXtTitle\0\0\0\0\0卷积');
  assert.equal(chunk.readUInt32BE(chunk.length - 4), zlibCrc32(chunk.subarray(4, -4)));
});
