import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameRequest } from '../../../../frontend/views/shared/view.ts';
import { outputOf } from '../../../../frontend/views/stage/channel_frame.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { findBiasRect, hitTest } from '../../../../frontend/views/stage/hit_test.ts';
import { paintRelations } from '../../../../frontend/views/stage/relation_highlights.ts';
import { makeModelOf, makeTensor } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

const LAYERS = [
  { size: 3, kernel: 2 },
  { size: 9, kernel: 3 },
  { size: 64, kernel: 3 },
];
const STAGES = [
  [1302, 600],
  [1856, 900],
  [960, 560],
] as const;

test('the bias answers where it stands, and the output that it is added to is marked', () => {
  for (const outChannels of [1, 4])
    for (const channels of [1, 2, 3, 8])
      for (const { size, kernel } of LAYERS)
        for (const [width, height] of STAGES) {
          const bias = makeTensor([outChannels], Array(outChannels).fill(0.5));
          const model = makeModelOf({ channels, outChannels, size, kernel }, { bias });
          const frameOf = (activeCell: FrameRequest['activeCell']) =>
            makeFrame(makeFrameRequest(model, 'stage', { width, height, activeCell }));
          const rest = frameOf(null);
          const rect = findBiasRect(rest);
          assert.ok(rect);
          const cell = hitTest(rest, rect.x + rect.width / 2, rect.y + rect.height / 2);
          assert.deepEqual(cell, { grid: 'bias', channel: 0, row: 0, col: 0 });

          const asked = frameOf({ cell, pinned: false });
          const { context } = makeRecordingContext();
          const framed: number[][] = [];
          context.roundRect = (...box: unknown[]) => framed.push(box.slice(0, 4) as number[]);
          paintRelations(context, asked);
          const { view } = outputOf(asked, 0) ?? assert.fail();
          const [rows, cols] = model.subject.output;
          const whole = [view.x, view.y, cols * view.cell, rows * view.cell];
          assert.ok(framed.some((box) => whole.every((side, k) => Math.abs(side - (box[k] ?? 0)) < 1)));
        }
});
