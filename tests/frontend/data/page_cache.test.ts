import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effect } from '@preact/signals-core';
import { PageCache } from '../../../frontend/data/page_cache.ts';

test('a page is fetched once, is seen by what reads it, and gives way when others were used later', async () => {
  const fetched: string[] = [];
  const failures: unknown[] = [];
  const pages: PageCache<string, string> = new PageCache(2, (error) => failures.push(error));
  const load = (key: string) =>
    pages.load(key, async () => {
      fetched.push(key);
      return key.toUpperCase();
    });
  const seen: (string | undefined)[] = [];
  const stop = effect(() => {
    seen.push(pages.get('b'));
  });
  await Promise.all([load('a'), load('a')]);
  await load('b');
  stop();
  assert.deepEqual(seen, [undefined, undefined, 'B']);
  await load('a');
  await load('c');
  assert.deepEqual(fetched, ['a', 'b', 'c']);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => pages.get(key)),
    ['A', undefined, 'C'],
  );
  const lost = new Error('lost');
  await pages.load('d', () => Promise.reject(lost));
  assert.deepEqual(failures, [lost]);
  await load('d');
  assert.equal(pages.get('d'), 'D');
});
