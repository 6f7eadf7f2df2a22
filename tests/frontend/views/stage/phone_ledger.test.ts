import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePrinted } from '../../../../frontend/model/numbers.ts';
import type { Clock } from '../../../../frontend/model/timeline.ts';
import { positionAt, ticksPerWindow } from '../../../../frontend/model/timeline.ts';
import type { StageFrame } from '../../../../frontend/views/stage/frame.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { findCellRect, hitTest } from '../../../../frontend/views/stage/hit_test.ts';
import { placeEquation } from '../../../../frontend/views/stage/phone_equation.ts';
import { paintPhoneLedger } from '../../../../frontend/views/stage/phone_ledger.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { PlainConvolution } from '../../support/plain_layer.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

const PHONE = { width: 328, height: 560 };
const LAYERS = [
  { channels: 1, groups: 1 },
  { channels: 2, groups: 1 },
  { channels: 3, groups: 1 },
  { channels: 6, groups: 2 },
];
const BIASES = [null, [4, 4], [-0.125, 0.25]];
/** Moments of a tick that are looked at. */
const SAMPLES = 5;

/** Every frame of a window, of each layer, with each channel open, by hand or as time opens it. */
function* phoneFrames() {
  for (const { channels, groups } of LAYERS)
    for (const bias of BIASES)
      for (const granularity of ['product', 'channel', 'window'] as const) {
        const shape = { ...{ channels, groups, bias, outputs: 2, size: 4, kernel: 2 } };
        const layer = new PlainConvolution({ ...shape, stride: 1, padding: 0, dilation: 1 }, channels);
        const [model, step] = [layer.model(), layer.step(1, 0, 0)];
        const clock: Clock = {
          ...{ outChannels: 2, windows: 9, width: 3, channels: channels / groups, taps: 4, granularity },
        };
        // Of the second output channel.
        const start = 9 * ticksPerWindow(clock);
        for (const firstChannel of [null, ...Array.from({ length: channels }, (_, c) => c)]) {
          let frame: StageFrame | null = null;
          for (let k = 1; k <= SAMPLES * ticksPerWindow(clock); k++) {
            const position = positionAt(clock, start + k / SAMPLES);
            const request = { ...PHONE, step, position, granularity, firstChannel };
            frame = makeFrame(makeFrameRequest(model, 'stage', request), frame);
            yield frame;
          }
        }
      }
}

/** The numbers and signs of the line, from left to right; an empty box is nothing. */
function paintedLine(frame: StageFrame) {
  const { texts, context } = makeRecordingContext();
  paintPhoneLedger(context, frame);
  return texts.filter((text) => /^(−?[\d.]+|[+=…?])$/.test(text));
}

test('what stands in the line of sums on a phone is a true equation at every moment', () => {
  let complete = 0;
  for (const frame of phoneFrames()) {
    const line = paintedLine(frame).join(' ');
    const [left = '', right = ''] = (line.split('…')[0] ?? '').split('=').map((side) => side.trim());
    if (right === '' || right === '?') continue;
    const terms = left.split(' + ').map((term) => (term === '' ? Number.NaN : parsePrinted(term)));
    const sum = terms.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - parsePrinted(right)) < 1e-9, line);
    complete += 1;
  }
  assert.ok(complete > 500);
});

test('a sum stays until the next one lands, and each finished window says the whole sum', () => {
  for (const frame of phoneFrames()) {
    const [row] = frame.rows;
    const line = paintedLine(frame);
    if (!row || row.index < 0 || !frame.ledger) continue;
    const { lines, output } = frame.ledger;
    if (row.index > 0 && row.active) assert.equal(line[0], lines[row.index - 1]?.running);
    if (frame.position.place !== 1) continue;
    assert.equal(line.at(-1), output);
    assert.equal(line.filter((sign) => sign === '+').length, placeEquation(frame).length - 2);
  }
});

test('a press on a box of the line asks for the sum that stands in it, which is marked there', () => {
  for (const frame of phoneFrames())
    for (const { rect, cell, known } of placeEquation(frame)) {
      if (!known || !cell || frame.rows[0]?.index === -1) continue;
      const found = hitTest(frame, rect.x + rect.width / 2, rect.y + rect.height / 2);
      assert.deepEqual(found, cell);
      assert.deepEqual(findCellRect(frame, cell), rect);
    }
});

test('no way leads to the output from a running sum that stands in the place of the total', () => {
  const seen = new Set<boolean>();
  for (const frame of phoneFrames()) {
    const boxes = placeEquation(frame);
    const isTotal = boxes.some(({ kind, rect }) => kind === 'total' && rect === frame.layout.total);
    assert.equal(frame.pathPoints.length > 0, isTotal);
    seen.add(isTotal);
  }
  assert.equal(seen.size, 2);
});
