import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUS, parsePrinted } from '../../../../frontend/model/numbers.ts';
import { positionAt, timeOfWindow } from '../../../../frontend/model/timeline.ts';
import type { AppliedStamp } from '../../../../frontend/model/types.ts';
import { paintAnimated } from '../../../../frontend/views/scatter/animated.ts';
import { landingWindow, makeFrame } from '../../../../frontend/views/scatter/frame.ts';
import { makeRandom } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { makeForward } from '../../support/gradient_layers.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

const model = makeForward({
  ...{ kind: 'conv_transpose2d', size: [3, 3], kernel: [3, 3], stride: [2, 2] },
  channels: 2,
});
const [, , WIDTH] = model.summary.shapes.output;

/** A stamp of fractions on a plane of fractions. */
function makeAppliedStamp(index: number, seed: number): AppliedStamp {
  const next = makeRandom(seed);
  const number = () => (next(20001) - 10000) / 3000;
  const plane = () => Array.from({ length: 3 }, () => Array.from({ length: 3 }, number));
  const products = [plane(), plane()];
  const sums = plane().map((line, u) =>
    line.map((_, v) => products.reduce((sum, slice) => sum + (slice[u]?.[v] ?? 0), 0)),
  );
  const [row, col] = [Math.floor(index / 3), index % 3];
  const { rows, cols } = landingWindow(model, row, col);
  const before = Float64Array.from({ length: WIDTH * WIDTH }, number);
  const after = before.slice();
  for (const [u, i] of rows.entries())
    for (const [v, j] of cols.entries())
      after[i * WIDTH + j] = (after[i * WIDTH + j] ?? 0) + (sums[u]?.[v] ?? 0);
  const stamp = { ...{ index, row, col, values: [1, 1], products, sums }, outputs: [] };
  return { stamp: { ...stamp, output_rows: rows, output_cols: cols }, before, after };
}

/** The texts on the stage while a stamp lands. */
function textsAt(applied: AppliedStamp, place: number, size: { width: number; height: number }) {
  const { index } = applied.stamp;
  const clock = { ...{ outChannels: 1, windows: 9, width: 3, channels: 2, taps: 9 }, granularity: 'channel' };
  const at = positionAt(clock as never, timeOfWindow(clock as never, 0, index));
  const request = makeFrameRequest(model, 'scatter', { ...size, stamp: applied, outputMax: 9 });
  const frame = makeFrame({ ...request, position: { ...at, place } });
  const { context, texts } = makeRecordingContext();
  paintAnimated(context, frame);
  return { texts, frame };
}

test('what a stamp adds to a cell is what stands there before and after it', () => {
  for (const size of [
    { width: 1302, height: 600 },
    { width: 900, height: 500 },
  ])
    for (let seed = 1; seed < 40; seed++) {
      const applied = makeAppliedStamp(4, seed);
      const { texts } = textsAt(applied, 0.9, size);
      const sums = texts.filter((text) => /\d[+\u2212]\d/.test(text));
      assert.ok(sums.length > 0, 'some cells are stamped for the second time');
      const stamped = new Set(textsAt(applied, 1, size).texts);
      for (const text of sums) {
        const [, before = '', sign, added = ''] = /^(.+)([+\u2212])(.+)$/.exec(text) ?? [];
        const total = parsePrinted(before) + (sign === MINUS ? -1 : 1) * parsePrinted(added);
        const after = [...stamped].filter((each) => Math.abs(parsePrinted(each) - total) < 1e-9);
        assert.ok(after.length > 0, `${text} is none of ${[...stamped]}`);
      }
    }
});

test('the products on the stage add up to the stamp', () => {
  for (let seed = 1; seed < 40; seed++) {
    const { frame } = textsAt(makeAppliedStamp(4, seed), 1, { width: 1302, height: 600 });
    const { products = [], sums = [] } = frame.printed ?? {};
    assert.ok(frame.stampPlace);
    for (const [u, line] of sums.entries())
      for (const [v, sum] of line.entries()) {
        const terms = products.reduce((total, slice) => total + (slice[u]?.[v] ?? 0), 0);
        assert.ok(Math.abs(terms - sum) < 1e-9);
      }
  }
});
