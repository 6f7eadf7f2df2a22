import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cellColor, colorScale, numberedColor } from '../../../../frontend/model/color.ts';
import { makeTranslate } from '../../../../frontend/model/i18n.ts';
import type { Operation } from '../../../../frontend/model/types.ts';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { formatShape, headingText, paintHeadings } from '../../../../frontend/views/stage/headings.ts';
import { makeScene, makeSummary, makeTapLines, makeTensor } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

function paddingSaid(language: string, padding: Operation['padding']) {
  const file = new URL(`../../../../static/locales/${language}.json`, import.meta.url);
  const t = makeTranslate(JSON.parse(readFileSync(file, 'utf8')));
  const lines = makeTapLines({ count: 3, kernel: 3, size: 5 });
  const model = makeSceneModel(makeScene(makeSummary({ padding }), {}, { rows: lines, cols: lines }));
  return headingText(makeFrame(makeFrameRequest(model, 'stage', { t })), 'input')?.detail;
}

test('padding that differs between sides is told with the name of each side', () => {
  const uneven = { top: 0, bottom: 1, left: 2, right: 3 };
  assert.equal(paddingSaid('en', uneven), '(2, 5, 5), padding top 0, bottom 1, left 2, right 3');
  assert.equal(paddingSaid('zh-CN', uneven), '(2, 5, 5), 填充 上 0 下 1 左 2 右 3');
  assert.equal(paddingSaid('en', { top: 1, bottom: 1, left: 1, right: 1 }), '(2, 5, 5), padding 1');
});

test('shapes are written as torch writes them, also of one size', () => {
  assert.equal(formatShape([9]), '(9,)');
  assert.equal(formatShape([2, 9]), '(2, 9)');
});

test('everything that is drawn in colours has the ends of its scale in its heading', () => {
  const lines = makeTapLines({ count: 3, kernel: 3, size: 5 });
  const weight = makeTensor(
    [4, 2, 3, 3],
    Array.from({ length: 72 }, (_, k) => (k % 3) - 4),
  );
  const scene = makeScene(makeSummary(), { weight }, { rows: lines, cols: lines });
  const model = makeSceneModel(scene);
  const frame = makeFrame(makeFrameRequest(model, 'stage'));
  const range = (name: Parameters<typeof headingText>[1]) => headingText(frame, name)?.range;
  assert.deepEqual(range('input'), [0, 49]);
  assert.deepEqual(range('kernel'), [-4, 4]);
  assert.deepEqual(range('products'), [-4, 4 * 49]);
});

test('a scale has the colours of the cells below it, which are paler where they have numbers', () => {
  const lines = makeTapLines({ count: 3, kernel: 3, size: 5 });
  const model = makeSceneModel(makeScene(makeSummary(), {}, { rows: lines, cols: lines }));
  const request = makeFrameRequest(model, 'stage');
  const frame = makeFrame(request);
  for (const [cell, colorOf] of [
    [frame.layout.cell, numberedColor],
    [2, cellColor],
  ] as const) {
    const { context, rects } = makeRecordingContext();
    paintHeadings(context, { ...frame, layout: { ...frame.layout, cell } }, ['input']);
    assert.equal(rects.at(-1)?.color, colorOf(colorScale(request.theme), 1, 1), `cells of ${cell} px`);
  }
});
