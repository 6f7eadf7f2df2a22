import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SceneSummary } from '../../../../frontend/model/types.ts';
import { windowValues } from '../../../../frontend/views/matrix/frame.ts';
import { makeProduct } from '../../../../frontend/views/matrix/product.ts';
import { paintPane } from '../../../../frontend/views/shared/matrix_painting.ts';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';
import type { ChannelRow } from '../../../../frontend/views/stage/channel_frame.ts';
import type { StageFrame } from '../../../../frontend/views/stage/frame.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { paintWindowCells } from '../../../../frontend/views/stage/input_plane.ts';
import { paintLoupe } from '../../../../frontend/views/stage/window.ts';
import {
  makePadding,
  makeScene,
  makeStep,
  makeSummary,
  makeTapLines,
  makeTensor,
} from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

const COLORS = { soft: '', muted: '', line: '', text: '' };

/** 2×2 windows of 3×3 cells on a plane of 2×2 ones with padding 1: its first reads five padding cells. */
function makePadded(operation: object) {
  const lines = makeTapLines({ count: 2, kernel: 3, size: 2, padding: 1 });
  const shapes = { input: [1, 2, 2], weight: [1, 1, 3, 3], output: [1, 2, 2] } satisfies Partial<
    SceneSummary['shapes']
  >;
  const summary = makeSummary({ padding: makePadding(1), ...operation }, shapes);
  const input = makeTensor([1, 2, 2], [0.25, 1.5, 2.5, 3.5]);
  return makeSceneModel(makeScene(summary, { input }, { rows: lines, cols: lines }));
}

function loupeTexts(operation: object) {
  const step = makeStep({
    ...{ index: 0, row: 0, col: 0, input_rows: [-1, 0, 1], input_cols: [-1, 0, 1] },
    patch: [
      [
        [0, 0, 0],
        [0, 0.25, 1.5],
        [0, 2.5, 3.5],
      ],
    ],
    products: [
      [
        [0, 0, 0],
        [0, 0.25, 1.5],
        [0, 2.5, 3.5],
      ],
    ],
    ...{ channel_sums: [7.75], running_sums: [7.75], output: 7.75 },
  });
  const frame = { step, model: makePadded(operation), theme: 'light', colors: COLORS };
  const row = { index: 0, channel: 0, lane: { loupe: { x: 0, y: 0, width: 150, height: 150 }, cell: 50 } };
  const { texts, context } = makeRecordingContext();
  paintLoupe(context, frame as unknown as StageFrame, row as unknown as ChannelRow);
  return texts;
}

test('padding under the window is a 0 in the enlarged window, and empty where it never counts', () => {
  const numbers = ['0.25', '1.50', '2.50', '3.50'];
  assert.deepEqual(loupeTexts({}).sort(), ['0', '0', '0', '0', '0', ...numbers]);
  assert.deepEqual(loupeTexts({ kind: 'max_pool2d', kernel_size: [3, 3] }).sort(), numbers);
});

for (const [place, size] of Object.entries({ laptop: [1302, 608], phone: [328, 560] }))
  test(`on a ${place} a 0 of padding is grey, under the window as beside it`, () => {
    const [width, height] = size as [number, number];
    const request = makeFrameRequest(makePadded({}), 'stage', { width, height });
    const frame = makeFrame({ ...request, colors: { ...request.colors, text: 'black', muted: 'grey' } });
    const [plane] = frame.planes;
    assert.ok(plane);
    const { texts, inks, context } = makeRecordingContext();
    paintWindowCells(context, frame, plane, { rows: [0, 1, 2], cols: [0, 1, 2] });
    const zeros = inks.filter((_, k) => texts[k] === '0');
    assert.deepEqual([...new Set(zeros)], ['grey']);
    assert.ok(zeros.length >= 5);
  });

test('padding is a 0 in the unrolled windows', () => {
  const model = makePadded({});
  const values = windowValues(model, makeProduct(model, 0), 40);
  const place = { x: 0, y: 0, width: 160, height: 360 };
  const { texts, context } = makeRecordingContext();
  const pane = { rows: 9, cols: 4, top: 0, left: 0, place, size: [40, 40] as [number, number] };
  paintPane(context, { ...pane, axes: [null, null] }, values, { theme: 'light', colors: COLORS as never });
  // Each window reads all four cells, and five padding cells.
  assert.equal(texts.filter((text) => text === '0').length, 4 * 5);
  assert.equal(texts.length, 4 * 9);
});

test('with forced colours, which have no soft ground, each zero of padding has a line around it', () => {
  const linesOn = (soft: string) => {
    const request = makeFrameRequest(makePadded({}), 'stage', { width: 1302, height: 608 });
    const colors = { ...request.colors, paper: 'Canvas', soft, line: 'CanvasText' };
    const frame = makeFrame({ ...request, colors });
    const [plane] = frame.planes;
    assert.ok(plane);
    const { strokes, context } = makeRecordingContext();
    paintWindowCells(context, frame, plane, { rows: [0, 1, 2], cols: [0, 1, 2] });
    return strokes.filter((color) => color === 'CanvasText').length;
  };
  assert.equal(linesOn('Canvas') - linesOn('grey'), 5);
});
