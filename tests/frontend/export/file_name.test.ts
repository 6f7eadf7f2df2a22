import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnimationName } from '../../../frontend/export/file_name.ts';
import { animationName, pictureName } from '../../../frontend/export/file_name.ts';
import { makeSummary } from '../support/builders.ts';

const LAYER = makeSummary({}, { input: [3, 5, 5], weight: [1, 3, 2, 2], output: [1, 4, 4] });
const SIGNAL = {
  ...makeSummary({}, { input: [2, 1, 9], weight: [4, 2, 1, 3], output: [4, 1, 7] }),
  dimensions: 1 as const,
};
const GIVEN: AnimationName = {
  ...{
    layer: LAYER,
    view: 'stage',
    direction: 'forward',
    range: 'channel',
    window: [0, 1, 2],
    format: 'gif',
  },
  size: { width: 1280, height: 720 },
};

const NAMES: [given: Partial<AnimationName>, name: string][] = [
  [{}, 'convscope-conv2d-3-1-channel-0-1280x720.gif'],
  [{ range: 'row' }, 'convscope-conv2d-3-1-row-0-1-1280x720.gif'],
  [{ range: 'window', format: 'mp4' }, 'convscope-conv2d-3-1-window-0-1-2-1280x720.mp4'],
  [{ range: 'window', direction: 'weight' }, 'convscope-conv2d-3-1-to-weight-window-0-1-2-1280x720.gif'],
  [{ view: 'matrix' }, 'convscope-conv2d-3-1-channel-0-matrix-1280x720.gif'],
  [{ layer: SIGNAL, range: 'window', window: [3, 0, 6] }, 'convscope-conv1d-2-4-window-3-6-1280x720.gif'],
  [{ layer: SIGNAL, range: 'row', window: [3, 0, 6] }, 'convscope-conv1d-2-4-row-3-1280x720.gif'],
];

for (const [given, name] of NAMES)
  test(`an animation is called ${name}`, () => {
    assert.equal(animationName({ ...GIVEN, ...given }), name);
  });

test('a picture is called after its layer, its cell and its view', () => {
  const given = { layer: LAYER, view: 'stage', sentence: 'Y[0, 1, 2] = 5 + 6 = 11', format: 'svg' };
  assert.equal(pictureName(given), 'convscope-conv2d-3-1-Y-0-1-2.svg');
  assert.equal(
    pictureName({ ...given, view: 'matrix', format: 'png' }),
    'convscope-conv2d-3-1-Y-0-1-2-matrix.png',
  );
  assert.equal(
    pictureName({ ...given, layer: SIGNAL, sentence: 'dX[1, 3] = 2' }),
    'convscope-conv1d-2-4-dX-1-3.svg',
  );
  assert.equal(
    pictureName({ ...given, view: 'scatter', sentence: 'X[:, 1, 2] = (3, 4): Y[0, 1, 2] = 5' }),
    'convscope-conv2d-3-1-X-1-2-scatter.svg',
  );
  assert.equal(pictureName({ ...given, sentence: 'X' }), 'convscope-conv2d-3-1-picture.svg');
});
