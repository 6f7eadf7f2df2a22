import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { readProgress, rememberStep } from '../../../../frontend/controls/lesson/progress.ts';

const stored = new Map<string, string>();
const KEY = 'convscope.lessons';

beforeEach(() => {
  stored.clear();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  };
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
});

test('a step that is done stays done', () => {
  rememberStep('pooling', 1, true);
  rememberStep('pooling', 1, false);
  rememberStep('pooling', 2, false);
  assert.deepEqual(readProgress(), { pooling: { done: [1], last: 2 } });
});

test('what is no progress is left out', () => {
  for (const text of ['', 'null', '5', '[]', '{"a": 1, "b": null, "c": {"done": 3, "last": 1}}', '{']) {
    stored.set(KEY, text);
    assert.deepEqual(readProgress(), {}, text);
  }
});

test('without storage nothing is known, and nothing fails', () => {
  Object.defineProperty(globalThis, 'localStorage', { value: undefined, configurable: true });
  rememberStep('pooling', 1, true);
  assert.deepEqual(readProgress(), {});
});
