import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { paintRelations } from '../../../../frontend/views/stage/relation_highlights.ts';
import { makeModelOf } from '../../support/builders.ts';
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
