import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeNpy } from '../../frontend/data/npy.ts';
import { makeTranslate } from '../../frontend/model/i18n.ts';

const catalogue = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../static/locales/${language}.json`, import.meta.url), 'utf8'));

test('both catalogues have the same texts with the same placeholders', () => {
  const [en, zh] = [catalogue('en'), catalogue('zh-CN')];
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  for (const [key, text] of Object.entries(en)) {
    const names = (value: string) => (value.match(/\{\w+\}/g) ?? []).sort();
    assert.deepEqual(names(text), names(zh[key] ?? ''), key);
  }
});

test('a text that is missing is an error, not a blank', () => {
  const t = makeTranslate({ hello: 'Hello, {name}' });
  assert.equal(t('hello', { name: 'X' }), 'Hello, X');
  assert.throws(() => t('nothing'), /nothing/);
});

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
