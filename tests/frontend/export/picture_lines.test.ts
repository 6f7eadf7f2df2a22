import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLines, wrapLines } from '../../../frontend/export/picture_lines.ts';

const isWider = (text: string) => text.trimEnd().length > 10;
const left = (count: number) => `${count} more`;

test('lines are broken at spaces, and no word is lost', () => {
  const lines = wrapLines(['one two three four', 'five'], isWider, 9, left);
  assert.deepEqual(lines, ['one two', 'three four', 'five']);
});

test('lines that have no room are counted, however they are broken', () => {
  for (const channels of [1, 5, 39, 40, 41, 64, 300])
    for (const words of [1, 3, 7]) {
      const channel = (c: number) => Array.from({ length: words }, (_, k) => `c${c}.${k}`).join(' ');
      const lines = ['Y', ...Array.from({ length: channels }, (_, c) => channel(c))];
      const shown = wrapLines(lines, isWider, 40, left);
      assert.ok(shown.length <= 40);
      const text = shown.join(' ');
      const missing = lines.filter((line) => !text.includes(line.split(' ').at(-1) ?? '')).length;
      const counted = Number(/^(\d+) more$/.exec(shown.at(-1) ?? '')?.[1] ?? 0);
      assert.equal(counted, missing, `${channels} of ${words}: ${shown.at(-1)}`);
    }
});

test('a text that grows gets smaller type, and keeps all its words in the room', () => {
  const isWider = (line: string, size: number) => line.trimEnd().length * size > 14 * 40;
  for (const most of [1, 2, 3])
    for (const words of [1, 8, 13, 20, 30, 40]) {
      const text = Array.from({ length: words }, (_, k) => `${k}·(−1)`).join(' + ');
      const { size, lines } = fitLines(text, isWider, most, 14);
      assert.equal(lines.join(' '), text);
      assert.ok(lines.every((line) => !isWider(line, size)));
      if (size > 6) assert.ok(lines.length * size <= most * 14, `${words} words in ${most} lines`);
      if (words === 1) assert.equal(size, 14);
    }
});
