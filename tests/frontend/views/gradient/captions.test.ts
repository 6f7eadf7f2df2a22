/** What the captions of gradients say of transposed layers and of signals. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCaptions } from '../../../../frontend/views/gradient/captions.ts';
import type { CaptionChoice } from '../../../../frontend/views/shared/view.ts';
import { makeForward } from '../../support/gradient_layers.ts';
import { build } from '../../support/signal_layers.ts';

const TO_WEIGHT: CaptionChoice = {
  view: 'stage',
  direction: 'weight',
  reading: 'gather',
  outChannel: 0,
  transposed: false,
};
const SIGNAL = { channels: 1, outputs: 1, length: 9, kernel: 2, stride: 3, padding: 0, dilation: 1 };

test('to the weight of a transposed layer the input lies on the upstream', () => {
  const image = (kind: 'conv2d' | 'conv_transpose2d') => makeForward({ kind, size: [3, 3], kernel: [2, 2] });
  const signal = (transposed: boolean) => build({ ...SIGNAL, transposed });
  for (const model of [image('conv2d'), signal(false)])
    assert.deepEqual(makeCaptions(model, TO_WEIGHT), [['gradient.caption.weight', {}]]);
  for (const model of [image('conv_transpose2d'), signal(true)])
    assert.deepEqual(makeCaptions(model, TO_WEIGHT), [['gradient.caption.weight.conv_transpose2d', {}]]);
});

test('the stride between windows of a signal is one number', () => {
  const toInput: CaptionChoice = { ...TO_WEIGHT, direction: 'input' };
  const strideOf = (model: Parameters<typeof makeCaptions>[0]) =>
    makeCaptions(model, toInput).find(([key]) => key === 'gradient.caption.stride')?.[1].stride;
  assert.equal(strideOf(build({ ...SIGNAL, transposed: false })), '3');
  assert.equal(strideOf(makeForward({ size: [5, 5], kernel: [3, 2], stride: [2, 1] })), '2×1');
});
