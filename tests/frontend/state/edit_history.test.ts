import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentScene,
  moveBy,
  recordScene,
  replaceScene,
  startHistory,
} from '../../../frontend/state/edit_history.ts';

test('undo and redo walk along the ids; a new scene forgets what was undone', () => {
  let history = recordScene(recordScene(startHistory('a'), 'b'), 'c');
  assert.equal(currentScene(history), 'c');
  assert.equal(moveBy(history, 1), null);
  history = moveBy(history, -1) ?? history;
  assert.equal(currentScene(history), 'b');
  assert.equal(currentScene(moveBy(history, 1) ?? history), 'c');
  history = recordScene(history, 'd');
  assert.deepEqual(history.ids, ['a', 'b', 'd']);
  assert.deepEqual(recordScene(history, 'd').ids, ['a', 'b', 'd']);
  assert.equal(moveBy(startHistory('a'), -1), null);
});

test('an edit that goes on is one step back and one forward, however many scenes it makes', () => {
  let history = recordScene(recordScene(startHistory('a'), 'b'), 'c');
  history = moveBy(history, -1) ?? history;
  for (const id of ['b1', 'b2', 'b3']) {
    history = id === 'b1' ? recordScene(history, id) : replaceScene(history, id);
    assert.equal(currentScene(history), id);
  }
  assert.deepEqual(history, { ids: ['a', 'b', 'b3'], at: 2 });
  assert.equal(currentScene(moveBy(history, -1) ?? history), 'b');
});
