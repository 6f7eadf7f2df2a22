import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetworkRequest } from '../../../../frontend/model/embed/network_messages.ts';

const GOOD = [
  { type: 'getState' },
  { type: 'setState', state: {}, id: 7 },
  { type: 'setState', state: { node: 'conv1' } },
  { type: 'setState', state: { node: null, cell: null } },
  { type: 'setState', state: { node: '', cell: [0, 3, 4] }, id: 'mine' },
];

for (const message of GOOD)
  test(`heeds ${JSON.stringify(message)}`, () => {
    assert.deepEqual(parseNetworkRequest({ convscope: 1, ...message }), message);
  });

const BAD: Record<string, unknown> = {
  nothing: null,
  'a list': [{ convscope: 1, type: 'getState' }],
  'a later version': { convscope: 2, type: 'getState' },
  'a message to a scene': { convscope: 1, type: 'play' },
  'a field of a scene': { convscope: 1, type: 'setState', state: { step: [0, 0, 0] } },
  'a field from the prototype': { convscope: 1, type: 'setState', state: { constructor: null } },
  'a node by its index': { convscope: 1, type: 'setState', state: { node: 3 } },
  'a name without end': { convscope: 1, type: 'setState', state: { node: 'x'.repeat(1001) } },
  'two indices': { convscope: 1, type: 'setState', state: { cell: [0, 0] } },
  'a negative index': { convscope: 1, type: 'setState', state: { cell: [0, -1, 0] } },
  'a long id': { convscope: 1, type: 'getState', id: 'x'.repeat(65) },
};

for (const [name, message] of Object.entries(BAD))
  test(`ignores ${name}`, () => {
    assert.equal(parseNetworkRequest(message), null);
  });
