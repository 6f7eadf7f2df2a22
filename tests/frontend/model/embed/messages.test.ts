import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequest } from '../../../../frontend/model/embed/messages.ts';

const GOOD = [
  { type: 'getState' },
  { type: 'play', id: 7 },
  { type: 'pause', id: 'mine' },
  { type: 'step', ticks: -3 },
  { type: 'setState', state: { step: [0, 1, 2], beat: 1, by: 'product', view: 'matrix', speed: 4 } },
  { type: 'setState', state: { step: [0, 1, 2, 3] } },
  { type: 'setState', state: { pin: 'x0,3,4' } },
  { type: 'setState', state: { pin: null } },
  { type: 'setState', state: { step: null }, id: 0 },
  { type: 'setState', state: {} },
];

for (const message of GOOD)
  test(`heeds ${JSON.stringify(message)}`, () => {
    assert.deepEqual(parseRequest({ convscope: 1, ...message }), message);
  });

test('a step is one tick unless it says how many', () => {
  assert.deepEqual(parseRequest({ convscope: 1, type: 'step' }), { type: 'step', ticks: 1 });
});

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

const BAD: Record<string, unknown> = {
  nothing: null,
  'a text': '{"convscope":1,"type":"play"}',
  'a list': [{ convscope: 1, type: 'play' }],
  'a map': new Map([['convscope', 1]]),
  'no version': { type: 'play' },
  'a later version': { convscope: 2, type: 'play' },
  'a version as text': { convscope: '1', type: 'play' },
  'no type': { convscope: 1 },
  'an unknown type': { convscope: 1, type: 'edit' },
  'a type of ours to the page': { convscope: 1, type: 'ready' },
  'a type from the prototype': { convscope: 1, type: 'constructor' },
  'an inherited version': Object.create({ convscope: 1, type: 'play' }),
  'half a tick': { convscope: 1, type: 'step', ticks: 0.5 },
  'endless ticks': { convscope: 1, type: 'step', ticks: 1e9 },
  'ticks that are none': { convscope: 1, type: 'step', ticks: Number.NaN },
  'ticks as text': { convscope: 1, type: 'step', ticks: '1' },
  'a long id': { convscope: 1, type: 'play', id: 'x'.repeat(65) },
  'an id that is an object': { convscope: 1, type: 'play', id: {} },
  'many fields': { convscope: 1, type: 'play', ...many(100_000) },
  'no state': { convscope: 1, type: 'setState' },
  'a state that is a list': { convscope: 1, type: 'setState', state: [] },
  'an unknown field': { convscope: 1, type: 'setState', state: { scene: 'x' } },
  'a field from the prototype': { convscope: 1, type: 'setState', state: { constructor: 1 } },
  'a large state': { convscope: 1, type: 'setState', state: many(100_000) },
  'a step of two': { convscope: 1, type: 'setState', state: { step: [0, 1] } },
  'a huge step': { convscope: 1, type: 'setState', state: { step: new Array(1e6).fill(0) } },
  'a negative step': { convscope: 1, type: 'setState', state: { step: [0, -1, 0] } },
  'an infinite step': { convscope: 1, type: 'setState', state: { step: [0, Infinity, 0] } },
  'a step of texts': { convscope: 1, type: 'setState', state: { step: ['0', '1', '2'] } },
  'an unknown view': { convscope: 1, type: 'setState', state: { view: 'toString' } },
  'an unknown granularity': { convscope: 1, type: 'setState', state: { by: 'pixel' } },
  'a speed that is none': { convscope: 1, type: 'setState', state: { speed: 1000 } },
  'a cell that is none': { convscope: 1, type: 'setState', state: { pin: 'x0,3' } },
};

for (const [name, data] of Object.entries(BAD))
  test(`ignores ${name}`, () => {
    assert.equal(parseRequest(data), null);
  });

test('a huge message is not looked through', () => {
  let seen = 0;
  const message = new Proxy(many(1000), {
    getOwnPropertyDescriptor(target, key) {
      seen++;
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
  assert.equal(parseRequest(message), null);
  assert.ok(seen < 100, `${seen} of 1,000 fields`);
});
