/** For the back of a room words grow, in every view. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFrame as makeMatrix } from '../../../frontend/views/matrix/frame.ts';
import { paintStatic as paintMatrix } from '../../../frontend/views/matrix/static.ts';
import { makeFrame as makeSignal } from '../../../frontend/views/signal/frame.ts';
import { paintStatic as paintSignal } from '../../../frontend/views/signal/static.ts';
import { makeFrame as makeSparse } from '../../../frontend/views/sparse/frame.ts';
import { paintStatic as paintSparse } from '../../../frontend/views/sparse/static.ts';
import { makeFrameRequest } from '../support/frames.ts';
import { makeForward } from '../support/gradient_layers.ts';
import { makeRecordingContext } from '../support/recording_context.ts';
import { build } from '../support/signal_layers.ts';

const PLANE = makeForward({ size: [4, 5], kernel: [2, 2], channels: 2, outputs: 3 });
const SIGNAL = build({
  ...{ transposed: false, channels: 2, outputs: 2, length: 12 },
  ...{ kernel: 3, stride: 1, padding: 0, dilation: 1 },
});

type Room = Partial<Parameters<typeof makeFrameRequest>[2]>;
const PAINTED = {
  matrix: (room: Room) => {
    const { context, ...painted } = makeRecordingContext();
    paintMatrix(context, makeMatrix(makeFrameRequest(PLANE, 'matrix', room)));
    return painted;
  },
  sparse: (room: Room) => {
    const { context, ...painted } = makeRecordingContext();
    paintSparse(context, makeSparse(makeFrameRequest(PLANE, 'sparse', room)));
    return painted;
  },
  signal: (room: Room) => {
    const { context, ...painted } = makeRecordingContext();
    paintSignal(context, makeSignal(makeFrameRequest(SIGNAL, 'stage', room)));
    return painted;
  },
};

/** Names, shapes and labels; the numbers of cells are as large as their cells. */
const isWord = (text: string) => /[a-z(,]/i.test(text);

function smallestWord({ texts, sizes }: { texts: string[]; sizes: number[] }) {
  const words = sizes.filter((_, k) => isWord(texts[k] ?? ''));
  assert.ok(words.length > 2, texts.join());
  return Math.min(...words);
}

/** The stage beside a lesson's text, and alone, in CSS pixels. */
const ROOMS = {
  'a lesson at 1366×768': [944, 668, 13],
  'the workbench at 1366×768': [1302, 668, 13],
  'a lesson at 1920×1080': [1389, 963, 14],
  'the workbench at 1920×1080': [1850, 980, 14],
} as const;

for (const [view, paint] of Object.entries(PAINTED))
  for (const [name, [width, height, least]] of Object.entries(ROOMS))
    test(`words of the ${view} view are ${least} px or more when presented: ${name}`, () => {
      const plain = smallestWord(paint({ width, height }));
      const presented = smallestWord(paint({ width, height, presenting: true }));
      assert.ok(presented >= least && presented > plain, `${plain} px, presented ${presented} px`);
    });

test('the indices of signals are 14 px or more when presented at 1920×1080', () => {
  for (const [width, height] of [
    [1389, 963],
    [1850, 980],
  ] as const) {
    const { layout } = makeSignal(makeFrameRequest(SIGNAL, 'stage', { width, height, presenting: true }));
    assert.ok(layout.indexType >= 14, `${layout.indexType}`);
  }
});
