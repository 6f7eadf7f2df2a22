import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeTranslate } from '../../../../frontend/model/i18n.ts';
import { describePlace } from '../../../../frontend/views/network/description.ts';

const textsOf = (language: string): Record<string, string> =>
  JSON.parse(
    readFileSync(new URL(`../../../../static/locales/networks.${language}.json`, import.meta.url), 'utf8'),
  );

test('a place is said in rows and columns, of signals without rows', () => {
  const english = makeTranslate(textsOf('en'));
  const chinese = makeTranslate(textsOf('zh-CN'), 'zh-CN');
  const planes = [1, 2, 9, 9];
  assert.equal(describePlace(english, { rows: [0, 2], cols: [0, 4] }, planes), 'rows 0–2, columns 0–4');
  assert.equal(describePlace(english, { rows: [0, 0], cols: [3, 3] }, planes), 'row 0, column 3');
  assert.equal(describePlace(chinese, { rows: [0, 2], cols: [3, 3] }, planes), '第 0–2 行，第 3 列');
  assert.equal(describePlace(english, { rows: [0, 0], cols: [0, 4] }, [1, 2, 28]), 'places 0–4');
  assert.equal(describePlace(english, { rows: [0, 0], cols: [4, 4] }, [1, 2, 28]), 'place 4');
  assert.equal(describePlace(english, { rows: [0, 0], cols: [0, 0] }, [1, 10]), null);
});
