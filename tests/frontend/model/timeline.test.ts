import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../frontend/model/timeline.ts';
import * as timeline from '../../../frontend/model/timeline.ts';

/** The chapter's example with three filters. */
const chapter: Clock = { outChannels: 3, windows: 4, width: 4, channels: 2, taps: 4, granularity: 'channel' };

test('a window has a beat for each of its parts, and one for the bias and the place', () => {
  assert.equal(timeline.ticksPerWindow({ ...chapter, granularity: 'window' }), 1);
  assert.equal(timeline.ticksPerWindow(chapter), 3);
  assert.equal(timeline.ticksPerWindow({ ...chapter, granularity: 'product' }), 9);
  assert.equal(timeline.duration(chapter), 36);
});

test('time 0 shows the first window with nothing done', () => {
  const { outChannel, window, channels, products, place } = timeline.positionAt(chapter, 0);
  assert.deepEqual(
    { outChannel, window, channels, products, place },
    { outChannel: 0, window: 0, channels: 0, products: 0, place: 0 },
  );
});

test('at the end of a beat its work is wholly done', () => {
  const after = timeline.positionAt(chapter, 1);
  assert.deepEqual(
    [after.window, after.active, after.products, after.sum, after.accumulate],
    [0, 0, 4, 1, 1],
  );
  const placed = timeline.positionAt(chapter, 3);
  assert.deepEqual([placed.window, placed.channels, placed.bias, placed.place], [0, 2, 1, 1]);
  const next = timeline.positionAt(chapter, 3.01);
  assert.equal(next.window, 1);
  assert.ok(next.slide < 1 && next.place === 0);
});

test('output channels follow one another', () => {
  const { outChannel, window } = timeline.positionAt(chapter, 12.5);
  assert.deepEqual([outChannel, window], [1, 0]);
  assert.deepEqual(
    timeline.positionAt(chapter, timeline.timeOfWindow(chapter, 2, 3)),
    timeline.positionAt(chapter, 36),
  );
});

for (const granularity of ['product', 'channel', 'window'] as const) {
  const clock = { ...chapter, granularity };

  test(`by ${granularity}: work only grows within a window, for every hundredth of a beat`, () => {
    let before = timeline.positionAt(clock, 0);
    for (let k = 1; k <= timeline.duration(clock) * 100; k++) {
      const now = timeline.positionAt(clock, k / 100);
      if (now.window === before.window && now.outChannel === before.outChannel) {
        const done = (p: timeline.Position) =>
          p.channels * 1000 + p.products * 100 + p.sum * 10 + p.accumulate;
        assert.ok(
          now.channels > before.channels ||
            done(now) >= done(before) - 1e-9 ||
            now.place > before.place ||
            now.bias > before.bias,
          `${k}`,
        );
        assert.ok(now.place >= before.place && now.slide >= before.slide);
      }
      for (const share of [now.slide, now.sum, now.accumulate, now.bias, now.place])
        assert.ok(share >= 0 && share <= 1);
      before = now;
    }
    assert.equal(before.place, 1);
  });

  test(`by ${granularity}: stepping there and back returns, and both ends hold`, () => {
    let time = 0;
    const visited = [time];
    while (time < timeline.duration(clock)) {
      time = timeline.stepTick(clock, time, 1);
      visited.push(time);
    }
    assert.equal(visited.length, timeline.duration(clock) + 1);
    for (const expected of visited.reverse()) {
      assert.equal(time, expected);
      time = timeline.stepTick(clock, time, -1);
    }
    assert.equal(timeline.stepTick(clock, 0, -1), 0);
  });

  test(`by ${granularity}: every window can be sought, and stays itself in another granularity`, () => {
    for (let o = 0; o < 3; o++) {
      for (let n = 0; n < 4; n++) {
        const time = timeline.timeOfWindow(clock, o, n);
        const { outChannel, window, place } = timeline.positionAt(clock, time);
        assert.deepEqual([outChannel, window, place], [o, n, 1]);
        for (const other of ['product', 'channel', 'window'] as const) {
          const to = { ...clock, granularity: other };
          const same = timeline.positionAt(to, timeline.convertTime(clock, to, time));
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
  const clock = { ...chapter, granularity: 'window' as const };
  assert.ok(timeline.ticksPerSecond(clock, 16) >= 60);
  assert.equal(timeline.displayTime(clock, 2.7, 16), 2);
  assert.equal(timeline.displayTime(clock, 2.7, 1), 2.7);
});

for (const granularity of ['product', 'channel', 'window'] as const)
  test(`a window that has come has multiplied nothing, by ${granularity}`, () => {
    const clock = { ...chapter, granularity };
    const start = 5 * timeline.ticksPerWindow(clock);
    const time = start + timeline.arrival(clock);
    const { outChannel, window, slide, products, sum, place } = timeline.positionAt(clock, time);
    assert.ok(slide > 0.999);
    assert.deepEqual([outChannel, window, sum, place], [1, 1, 0, 0]);
    assert.ok(products < 0.001);
    // Nothing moves there, so it can be shown where motion is not wanted; in between it cannot.
    assert.equal(timeline.restingTime(clock, time), time);
    assert.equal(timeline.restingTime(clock, start + 0.1), start);
    assert.equal(timeline.restingTime(clock, start + 0.9), start);
  });

test('within a phase its key stays, and it changes when something ends or begins', () => {
  const clock: Clock = { ...chapter, granularity: 'product' };
  const keyAt = (time: number) => timeline.phaseKey(timeline.positionAt(clock, time));
  // The first product of a window: it slides for two fifths, and multiplies.
  assert.equal(keyAt(0.1), keyAt(0.39));
  assert.equal(keyAt(0.41), keyAt(0.99));
  assert.equal(keyAt(1.01), keyAt(1.99));
  const keys = [0, 0.1, 0.5, 1, 1.5, 2, 9, 9.1].map(keyAt);
  assert.equal(new Set(keys).size, keys.length);
});
