import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeTranslate } from '../../../frontend/model/i18n.ts';

const catalogue = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../../static/locales/${language}.json`, import.meta.url), 'utf8'));

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
