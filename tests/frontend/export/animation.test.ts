import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameEncoder } from '../../../frontend/export/animation.ts';
import { recordAnimation, timesOfWindows } from '../../../frontend/export/animation.ts';
import type { Clock } from '../../../frontend/model/timeline.ts';

const CLOCK: Clock = { outChannels: 2, windows: 4, width: 2, channels: 2, taps: 4, granularity: 'channel' };

test('the times of windows go from before the first to the end of the last', () => {
  assert.deepEqual(timesOfWindows(CLOCK, 1, 1), [3, 4, 5, 6]);
  assert.deepEqual(timesOfWindows({ ...CLOCK, granularity: 'window' }, 6, 7), [6, 7, 8]);
  assert.equal(timesOfWindows({ ...CLOCK, granularity: 'product' }, 0, 0).length, 10);
});

function fakes() {
  const log: string[] = [];
  const canvas = {} as HTMLCanvasElement;
  const recorder = {
    show: async (time: number) => void log.push(`show ${time}`),
    paint: () => canvas,
  };
  const encoder: FrameEncoder = {
    add: async (_, seconds) => void log.push(`add ${seconds}`),
    finish: async () => new Blob(['file']),
    cancel: async () => void log.push('cancel'),
  };
  return { log, recorder, encoder };
}

const RECORDING = { times: [3, 4, 5], secondsPerTick: 0.5, lastSeconds: 2 };

test('each time is shown and added, the last one for longer', async () => {
  const { log, recorder, encoder } = fakes();
  const done: number[] = [];
  const file = await recordAnimation(
    recorder,
    RECORDING,
    encoder,
    (count) => done.push(count),
    new AbortController().signal,
  );
  assert.equal(await file.text(), 'file');
  assert.deepEqual(log, ['show 3', 'add 0.5', 'show 4', 'add 0.5', 'show 5', 'add 2']);
  assert.deepEqual(done, [1, 2, 3]);
});

test('what is cancelled or fails gives back what it holds', async () => {
  const { log, recorder, encoder } = fakes();
  const abort = new AbortController();
  const cancelled = recordAnimation(recorder, RECORDING, encoder, () => abort.abort(), abort.signal);
  await assert.rejects(cancelled, { name: 'AbortError' });
  assert.deepEqual(log, ['show 3', 'add 0.5', 'cancel']);
  const failing = { ...encoder, add: () => Promise.reject(new Error('full')) };
  const failed = recordAnimation(recorder, RECORDING, failing, () => {}, new AbortController().signal);
  await assert.rejects(failed, /full/);
  assert.equal(log.at(-1), 'cancel');
});
