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
    const names = (value: string) =>
      [...new Set([...value.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();
    assert.deepEqual(names(text), names(zh[key] ?? ''), key);
  }
});

test('a number chooses the form of its word', () => {
  const t = makeTranslate({ rows: 'the last {count:row|# rows} {count:is|are} free' });
  assert.equal(t('rows', { count: 1 }), 'the last row is free');
  for (const count of [0, 2, 21, '1,001'])
    assert.equal(t('rows', { count }), `the last ${count} rows are free`);
  const chinese = makeTranslate({ rows: '{count} 行' }, 'zh-CN');
  assert.equal(chinese('rows', { count: 1 }), '1 行');
});

test('every plural has the forms of its language', () => {
  for (const language of ['en', 'zh-CN']) {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, text] of Object.entries(catalogue(language)))
      for (const [, forms = ''] of text.matchAll(/\{\w+:([^}]*\|[^}]*)\}/g))
        assert.equal(forms.split('|').length, pluralCategories.length, `${language} ${key}`);
  }
});

test('a text that is missing is an error, not a blank', () => {
  const t = makeTranslate({ hello: 'Hello, {name}' });
  assert.equal(t('hello', { name: 'X' }), 'Hello, X');
  assert.throws(() => t('nothing'), /nothing/);
});
