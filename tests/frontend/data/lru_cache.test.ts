import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruCache } from '../../../frontend/data/lru_cache.ts';

test('entries of a weight beyond the limit are dropped, the least recently used first', () => {
  const cache: LruCache<string, number> = new LruCache(3, 10, (value) => value);
  cache.set('a', 4);
  cache.set('b', 5);
  cache.get('a');
  cache.set('c', 6);
  assert.deepEqual([...cache.values()], [4, 6]);
  assert.equal(
    cache.get('d', () => 0),
    0,
  );
  assert.deepEqual([...cache.values()], [4, 6, 0]);
});
