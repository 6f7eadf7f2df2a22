import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as timeline from '../../frontend/timeline.js';

/** @import {Clock} from '../../frontend/timeline.js' */

/** The chapter's example with three filters. @type {Clock} */
const chapter = { outChannels: 3, windows: 4, width: 4, channels: 2, taps: 4, granularity: 'channel' };

test('a window has a beat for each of its parts, and one for the bias and the place', () => {
  assert.equal(timeline.beatsPerWindow({ ...chapter, granularity: 'window' }), 1);
  assert.equal(timeline.beatsPerWindow(chapter), 3);
  assert.equal(timeline.beatsPerWindow({ ...chapter, granularity: 'product' }), 9);
  assert.equal(timeline.duration(chapter), 36);
});

test('time 0 shows the first window with nothing done', () => {
  const { outChannel, window, channels, products, place } = timeline.position(chapter, 0);
  assert.deepEqual({ outChannel, window, channels, products, place }, { outChannel: 0, window: 0, channels: 0, products: 0, place: 0 });
});

test('at the end of a beat its work is wholly done', () => {
  const after = timeline.position(chapter, 1);
  assert.deepEqual([after.window, after.active, after.products, after.sum, after.accumulate], [0, 0, 4, 1, 1]);
  const placed = timeline.position(chapter, 3);
  assert.deepEqual([placed.window, placed.channels, placed.bias, placed.place], [0, 2, 1, 1]);
  const next = timeline.position(chapter, 3.01);
  assert.equal(next.window, 1);
  assert.ok(next.slide < 1 && next.place === 0);
});

test('output channels follow one another', () => {
  const { outChannel, window } = timeline.position(chapter, 12.5);
  assert.deepEqual([outChannel, window], [1, 0]);
  assert.deepEqual(timeline.position(chapter, timeline.timeOf(chapter, 2, 3)), timeline.position(chapter, 36));
});

for (const granularity of /** @type {const} */ (['product', 'channel', 'window'])) {
  const clock = { ...chapter, granularity };

  test(`by ${granularity}: work only grows within a window, for every hundredth of a beat`, () => {
    let before = timeline.position(clock, 0);
    for (let k = 1; k <= timeline.duration(clock) * 100; k++) {
      const now = timeline.position(clock, k / 100);
      if (now.window === before.window && now.outChannel === before.outChannel) {
        const done = (/** @type {timeline.Position} */ p) => p.channels * 1000 + p.products * 100 + p.sum * 10 + p.accumulate;
        assert.ok(now.channels > before.channels || done(now) >= done(before) - 1e-9 || now.place > before.place || now.bias > before.bias, `${k}`);
        assert.ok(now.place >= before.place && now.slide >= before.slide);
      }
      for (const share of [now.slide, now.sum, now.accumulate, now.bias, now.place]) assert.ok(share >= 0 && share <= 1);
      before = now;
    }
    assert.equal(before.place, 1);
  });

  test(`by ${granularity}: stepping there and back returns, and both ends hold`, () => {
    let time = 0;
    const visited = [time];
    while (time < timeline.duration(clock)) visited.push((time = timeline.step(clock, time, 1)));
    assert.equal(visited.length, timeline.duration(clock) + 1);
    for (const expected of visited.reverse()) {
      assert.equal(time, expected);
      time = timeline.step(clock, time, -1);
    }
    assert.equal(timeline.step(clock, 0, -1), 0);
  });

  test(`by ${granularity}: every window can be sought, and stays itself in another granularity`, () => {
    for (let o = 0; o < 3; o++) {
      for (let n = 0; n < 4; n++) {
        const time = timeline.timeOf(clock, o, n);
        const { outChannel, window, place } = timeline.position(clock, time);
        assert.deepEqual([outChannel, window, place], [o, n, 1]);
        for (const other of /** @type {const} */ (['product', 'channel', 'window'])) {
          const to = { ...clock, granularity: other };
          const same = timeline.position(to, timeline.regrain(clock, to, time));
          assert.deepEqual([same.outChannel, same.window, same.place], [o, n, 1]);
        }
      }
    }
  });
}

test('stepping by window lands on placed windows', () => {
  assert.equal(timeline.stepWindow(chapter, 0, 1), 3);
  assert.equal(timeline.stepWindow(chapter, 3, 1), 6);
  assert.equal(timeline.stepWindow(chapter, 4.2, 1), 6);
  assert.equal(timeline.stepWindow(chapter, 4.2, -1), 3);
  assert.equal(timeline.stepWindow(chapter, 3, -1), 0);
});

test('the highest speed reaches a window a frame and shows whole beats', () => {
  const clock = { ...chapter, granularity: /** @type {const} */ ('window') };
  assert.ok(timeline.pace(clock, 16) >= 60);
  assert.equal(timeline.shownTime(clock, 2.7, 16), 2);
  assert.equal(timeline.shownTime(clock, 2.7, 1), 2.7);
});
