import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centerOf } from '../../../../frontend/views/shared/rects.ts';
import type { FrameRequest } from '../../../../frontend/views/shared/view.ts';
import { currentOutput } from '../../../../frontend/views/stage/channel_frame.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { findBiasRect, hitTest } from '../../../../frontend/views/stage/hit_test.ts';
import { paintRelations } from '../../../../frontend/views/stage/relation_highlights.ts';
import { makeModelOf, makeTensor } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

test('what an input cell reaches is marked on the grids that the stage shows, and nowhere else', () => {
  for (const outChannels of [1, 4, 64])
    for (const [size, kernel] of [
      [224, 7],
      [7, 3],
    ] as const) {
      const model = makeModelOf({ channels: 3, outChannels, size, kernel });
      for (const [width, height] of [
        [1302, 600],
        [1856, 900],
        [344, 560],
      ] as const) {
        const cell = { grid: 'input', channel: 0, row: 4, col: 4 } as const;
        const request = makeFrameRequest(model, 'stage', {
          ...{ width, height, activeCell: { cell, pinned: false } },
        });
        const frame = makeFrame(request);
        const places = [
          ...[...frame.planes, ...frame.outputPlaces].map(({ place }) => place),
          ...frame.layout.shelf.map(({ output }) => output),
        ];
        const { rects, context } = makeRecordingContext();
        paintRelations(context, frame);
        assert.ok(rects.length > 0);
        for (const { x, y } of rects)
          assert.ok(
            places.some((p) => x >= p.x - 1 && y >= p.y - 1 && x <= p.x + p.width && y <= p.y + p.height),
            `${outChannels} outputs of ${size}×${size} on ${width}×${height}: ${x}, ${y}`,
          );
      }
    }
});

test('the bias is a cell that answers: all output cells of its channel are marked', () => {
  for (const outChannels of [1, 4, 64])
    for (const size of [7, 30, 224])
      for (const [width, height] of [
        [1302, 600],
        [344, 560],
      ] as const) {
        const bias = makeTensor([outChannels]);
        const model = makeModelOf({ channels: 3, outChannels, size, kernel: 3 }, { bias });
        const at = (activeCell: FrameRequest['activeCell']) =>
          makeFrame(makeFrameRequest(model, 'stage', { width, height, activeCell }));
        const resting = at(null);
        const rect = findBiasRect(resting);
        // On phones another box may stand in its place at this moment.
        if (!rect) continue;
        const cell = hitTest(resting, centerOf(rect).x, centerOf(rect).y);
        assert.deepEqual(cell, { grid: 'bias', channel: 0, row: 0, col: 0 });
        const frame = at({ cell, pinned: false });
        const marked: number[][] = [];
        const { context } = makeRecordingContext();
        context.roundRect = (left, top, w, h) => marked.push([left, top, w, h]);
        paintRelations(context, frame);
        const { view } = currentOutput(frame);
        const count = size - 2;
        const plane = [view.x, view.y, count * view.cell, count * view.cell];
        const text = `${outChannels} outputs of ${size}×${size} on ${width}×${height}`;
        assert.ok(
          marked.some((box) => box.every((length, k) => Math.abs(length - (plane[k] ?? 0)) < 1e-6)),
          text,
        );
      }
});
