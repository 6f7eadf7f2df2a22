import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../frontend/model/timeline.ts';
import { duration, positionAt, ticksPerWindow } from '../../../frontend/model/timeline.ts';
import type { UrlState } from '../../../frontend/state/url.ts';
import { encodeQuery, hasCell, momentAt, parseQuery, timeOfMoment } from '../../../frontend/state/url.ts';
import { makeSummary } from '../support/builders.ts';

const CLOCK: Clock = { outChannels: 3, windows: 12, width: 4, channels: 2, taps: 4, granularity: 'channel' };
const WIDTH = 4;

const NOTHING: UrlState = {
  moment: null,
  direction: 'forward',
  reading: 'gather',
  granularity: null,
  pin: null,
  rows: null,
  tinted: null,
  shape: null,
  input: null,
  transposed: false,
  zoom: { input: null, output: null },
};

test('every beat comes back from its moment', () => {
  for (const granularity of ['product', 'channel', 'window'] as const) {
    const clock = { ...CLOCK, granularity };
    for (let time = 0; time <= duration(clock); time++) {
      const moment = momentAt(clock, WIDTH, time);
      assert.equal(timeOfMoment(clock, WIDTH, moment), time);
      const { outChannel, window } = positionAt(clock, time);
      if (moment)
        assert.deepEqual([moment.outChannel, moment.row * WIDTH + moment.col], [outChannel, window]);
    }
  }
});

test('a moment that a smaller layer lacks becomes the nearest it has', () => {
  const small = { ...CLOCK, outChannels: 1, windows: 4, width: 4, channels: 1 };
  const time = timeOfMoment(small, 2, { outChannel: 2, row: 2, col: 3, tick: null });
  assert.equal(time, 4 * ticksPerWindow(small));
  assert.equal(timeOfMoment(small, 2, { outChannel: 0, row: 0, col: 1, tick: 9 }), 2 * ticksPerWindow(small));
});

test('a view comes back from its query', () => {
  const view: UrlState = {
    moment: { outChannel: 1, row: 2, col: 3, tick: 1 },
    direction: 'forward',
    reading: 'gather',
    granularity: 'product',
    pin: { grid: 'weight', channel: 0, row: 1, col: 1 },
    rows: 8,
    tinted: false,
    shape: 'sparse',
    input: 2,
    transposed: true,
    zoom: { input: { scale: 8, row: 60.5, col: 61 }, output: { scale: 2.25, row: 3, col: 0 } },
  };
  const query = encodeQuery(view, 'channel');
  assert.equal(
    decodeURIComponent(query.toString()),
    'step=1,2,3&beat=1&by=product&view=sparse&input=2&pin=k0,1,1&rows=8&tints=0&transpose=1' +
      '&xzoom=8,60.5,61&yzoom=2.25,3,0',
  );
  assert.deepEqual(parseQuery(query), view);
});

test('what the page does anyway is not in the address', () => {
  assert.equal(encodeQuery({ ...NOTHING, granularity: 'channel' }, 'channel').toString(), '');
});

test('what makes no sense is left out', () => {
  for (const text of [
    '',
    'step=1',
    'step=a,b,c',
    'step=1,2,-3',
    'step=1,2,3,4',
    'step=99999999999,0,0',
    'by=hour',
    'view=x',
    'pin=z1,2,3',
    'pin=x1',
    'rows=x',
    'input=x',
    'input=-1',
    'input=1,2',
    'tints=7',
    'beat=2',
    'transpose=yes',
    'xzoom=0,1,1',
    'xzoom=2',
    'xzoom=1e9,1,1',
    'yzoom=99999,1,1',
    'yzoom=2,a,b',
    'step=%3Cscript%3E',
  ]) {
    assert.deepEqual(parseQuery(new URLSearchParams(text)), NOTHING, text);
  }
});

test('a pin stays where the layer has its cell', () => {
  const summary = makeSummary({}, { input: [2, 3, 3], weight: [1, 2, 2, 2], output: [1, 2, 2] });
  assert.ok(hasCell(summary, { grid: 'input', channel: 1, row: 2, col: 2 }));
  assert.ok(!hasCell(summary, { grid: 'input', channel: 2, row: 0, col: 0 }));
  assert.ok(hasCell(summary, { grid: 'weight', channel: 1, row: 1, col: 1 }));
  assert.ok(!hasCell(summary, { grid: 'output', channel: 0, row: 2, col: 0 }));
});

test('a pin stays where the gradient of its direction has its cell', () => {
  const summary = makeSummary(
    { groups: 2 },
    { input: [4, 5, 6], weight: [6, 2, 3, 1], bias: [6], output: [6, 3, 6] },
  );
  const last = { input: [3, 4, 5], weight: [11, 2, 0], bias: [5, 0, 0] };
  for (const direction of ['input', 'weight', 'bias'] as const) {
    const [channel = 0, row = 0, col = 0] = last[direction];
    const cell = { grid: 'gradient' as const, channel, row, col };
    assert.ok(hasCell(summary, cell, direction), direction);
    for (const beyond of [{ channel: channel + 1 }, { row: row + 1 }, { col: col + 1 }])
      assert.ok(!hasCell(summary, { ...cell, ...beyond }, direction), direction);
    assert.ok(!hasCell(summary, cell), direction);
  }
  // Its products and sums are of output channels, or, to the weight, of the upstream's cells.
  assert.ok(hasCell(summary, { grid: 'tap', channel: 5, row: 2, col: 0 }, 'input'));
  assert.ok(hasCell(summary, { grid: 'sum', channel: 5, row: 0, col: 0 }, 'input'));
  assert.ok(hasCell(summary, { grid: 'tap', channel: 5, row: 2, col: 5 }, 'weight'));
  assert.ok(!hasCell(summary, { grid: 'tap', channel: 5, row: 2, col: 0 }));
});

test('a gradient comes back from its query, with the pair of channels of the one to the weight', () => {
  const weight: UrlState = {
    ...NOTHING,
    moment: { outChannel: 2, inChannel: 1, row: 0, col: 2, tick: null },
    direction: 'weight',
  };
  const query = encodeQuery(weight, 'channel');
  assert.equal(decodeURIComponent(query.toString()), 'step=2,1,0,2&direction=weight');
  assert.deepEqual(parseQuery(query), weight);
  const scatter: UrlState = { ...NOTHING, direction: 'input', reading: 'scatter' };
  assert.deepEqual(parseQuery(encodeQuery(scatter, 'channel')), scatter);
  assert.equal(parseQuery(new URLSearchParams('direction=sideways')).direction, 'forward');
});

test('a moment that is taken while time runs is of the window that is on the stage', () => {
  for (const granularity of ['product', 'channel', 'window'] as const) {
    const clock = { ...CLOCK, granularity };
    for (let time = 0.25; time < duration(clock); time += 0.25) {
      const shown = positionAt(clock, time);
      const again = positionAt(clock, timeOfMoment(clock, WIDTH, momentAt(clock, WIDTH, time)));
      assert.deepEqual([again.outChannel, again.window], [shown.outChannel, shown.window], `${time}`);
    }
  }
});
