/** Pictures of matrices: all cells where there is room for them, else the rows and columns that are shown. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showWholeMatrix } from '../../../frontend/export/whole_matrix.ts';
import { drawingNamed, loadDrawing, makeViewFrame, matrixFrameOf } from '../../../frontend/views/registry.ts';
import type { MatrixPane } from '../../../frontend/views/shared/matrix_viewport.ts';
import { canScroll, visibleCells } from '../../../frontend/views/shared/matrix_viewport.ts';
import type { FrameRequest } from '../../../frontend/views/shared/view.ts';
import { makeFrameRequest } from '../support/frames.ts';
import { CASES, makeForward, nameOf } from '../support/gradient_layers.ts';
import { makeRecordingContext } from '../support/recording_context.ts';

const VIEWS = ['matrix', 'sparse'] as const;
const SIZES = [
  { width: 328, height: 400 },
  { width: 900, height: 300 },
  { width: 1302, height: 571 },
];
const LARGEST_SIDE = 4096;

for (const view of VIEWS) await loadDrawing({ dimensions: 2 }, view);

function panesOf(request: FrameRequest) {
  const frame = matrixFrameOf(makeViewFrame(request));
  assert.ok(frame);
  return frame;
}

function isCut(pane: MatrixPane) {
  return canScroll(pane).includes(true);
}

for (const layer of CASES)
  for (const view of VIEWS)
    test(`a picture of the ${view} view shows all cells: ${nameOf(layer)}`, () => {
      for (const size of SIZES) {
        const shown = { ...makeFrameRequest(makeForward(layer), view, size), still: true };
        const { key, cell } = { key: panesOf(shown).viewportKey, cell: 24 };
        const request = { ...shown, viewport: { key, cell, at: {} } };
        const picture = panesOf(showWholeMatrix(request));
        assert.equal(picture.cell, panesOf(request).cell);
        assert.ok(Object.values(picture.panes).every((pane) => !isCut(pane)));
        assert.ok(Math.max(picture.layout.width, picture.layout.height) <= LARGEST_SIDE);
      }
    });

for (const view of VIEWS)
  test(`a picture of the ${view} view that has no room names the rows and columns that it shows`, () => {
    const [layer] = CASES;
    assert.ok(layer);
    const model = makeForward({ ...layer, size: [40, 40] });
    const size = { width: 1302, height: 571 };
    const first = { ...makeFrameRequest(model, view, size), still: true };
    const viewport = { key: panesOf(first).viewportKey, cell: 40, at: {} };
    const request = showWholeMatrix({ ...first, viewport });
    const frame = makeViewFrame(request);
    const { panes } = panesOf(request);
    const { context, texts } = makeRecordingContext();
    drawingNamed(frame.view).paintStatic(context, frame, new Map() as never);
    const headed = view === 'matrix' ? ['left', 'right', 'product'] : ['matrix'];
    const cut = headed.map((name) => panes[name]).filter((pane) => pane && isCut(pane));
    assert.ok(cut.length > 0);
    for (const pane of cut as MatrixPane[]) {
      const [down, across] = canScroll(pane);
      const { top, bottom, left, right } = visibleCells(pane);
      const slice = `[${down ? `${top}:${bottom}` : ':'}, ${across ? `${left}:${right}` : ':'}]`;
      assert.ok(
        texts.some((text) => text.includes(slice)),
        `${slice} in ${texts.filter((text) => text.includes('['))}`,
      );
    }
  });
