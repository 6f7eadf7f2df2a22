import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';

import type { StageFrame } from '../../../../frontend/views/stage/frame.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { makeScene, makeSummary, makeTapLines } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';

const lines = makeTapLines({ count: 3, kernel: 3, size: 5 });
const model = makeSceneModel(makeScene(makeSummary({}), {}, { rows: lines, cols: lines }));

function frameOf(width: number, height: number, previous: StageFrame | null) {
  return makeFrame(makeFrameRequest(model, 'stage', { width, height }), previous);
}

test('a stage that has its size back is arranged as before', () => {
  for (const other of [500, 640, 760, 980])
    for (const height of [400, 560, 700]) {
      const first = frameOf(1302, height, null);
      const back = frameOf(1302, height, frameOf(other, height, first));
      assert.deepEqual(back.choice.candidate, first.choice.candidate, `${other} × ${height}`);
    }
});

test('what a stage remembers does not grow while its edge is dragged', () => {
  let frame = frameOf(700, 560, null);
  for (let width = 700; width < 900; width++) frame = frameOf(width, 560, frame);
  assert.equal(frame.choice.families.length, 8);
});
