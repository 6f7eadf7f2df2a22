import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionAt } from '../../../../frontend/model/timeline.ts';
import type { Rect } from '../../../../frontend/model/types.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import type { Point, StageLayout } from '../../../../frontend/views/stage/layout.ts';
import { chooseLayout, makeLayout, placeParts } from '../../../../frontend/views/stage/layout.ts';
import { findValuePath, paintValuePath } from '../../../../frontend/views/stage/value_path.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { PlainConvolution } from '../../support/plain_layer.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';
import { partsOf } from '../../support/stage_parts.ts';
import { makeSubject, OTHER_SIZES, STAGE_SIZES, SUBJECTS } from '../../support/stage_subjects.ts';

const LAYERS = {
  ...SUBJECTS,
  'the way back through a pooling': makeSubject([2, 2, 4], [2, 2], [1, 1, 1, 1], {
    weighted: false,
    perChannel: true,
    gathered: true,
  }),
};

/** Each output on the stage, with where its total comes from. */
function outputsOf(layout: StageLayout): { place: Rect; total: Rect }[] {
  const own = layout.lanes.flatMap(({ output, sum }) => (output ? [{ place: output, total: sum }] : []));
  return own.length > 0 ? own : [{ place: layout.output, total: layout.total }];
}

for (const [layer, subject] of Object.entries(LAYERS))
  for (const [screen, [width, height]] of Object.entries({ ...STAGE_SIZES, banner: [1302, 552] as const }))
    test(`${layer} on a ${screen}: a value's way is on the stage, and leaves finished numbers out`, () => {
      const layout = makeLayout(subject, width, height);
      const [rows, cols] = subject.output;
      for (const { place, total } of outputsOf(layout)) {
        const view = { ...place, cell: layout.outputCell };
        const current = { channel: 0, place, view, thumbnail: false };
        for (const [row, col] of [
          [0, 0],
          [rows - 1, cols - 1],
        ] as const) {
          const points = findValuePath({ layout, totalRect: total, row, col, current });
          for (const { x, y } of points) {
            assert.ok(x >= 1 && x <= layout.width - 1, `${layout.family}: x ${x} of ${layout.width}`);
            assert.ok(y >= 1 && y <= layout.height - 1, `${layout.family}: y ${y} of ${layout.height}`);
          }
          // Before the last line, which goes through cells to come, the way is beside the grid.
          for (const { x, y } of points.slice(0, -2)) {
            const inside =
              x > place.x && x < place.x + place.width && y > place.y && y < place.y + place.height - 2;
            assert.ok(!inside, `${layout.family}: turns inside the grid at ${x}, ${y}`);
          }
        }
      }
    });

/** Whether a line that runs across or down goes through a rectangle. */
function crosses(from: Point, to: Point, { x, y, width, height }: Rect) {
  const meets = (a: number, b: number, start: number, size: number) =>
    Math.max(a, b) > start + 0.5 && Math.min(a, b) < start + size - 0.5;
  return meets(from.x, to.x, x, width) && meets(from.y, to.y, y, height);
}

/** The sizes that presenting leaves the stage are a little larger. */
const SCREENS = { ...STAGE_SIZES, ...OTHER_SIZES, 'a presented laptop': [1302, 672] as const };

for (const [layer, subject] of Object.entries(LAYERS))
  for (const [screen, [width, height]] of Object.entries(SCREENS))
    test(`${layer} on ${screen}: a value's way strikes nothing through, presented or not`, () => {
      for (const presenting of [false, true]) {
        const layout = placeParts(subject, chooseLayout(subject, width, height, { presenting }));
        const [rows, cols] = subject.output;
        for (const { place, total } of outputsOf(layout)) {
          const view = { ...place, cell: layout.outputCell };
          const current = { channel: 0, place, view, thumbnail: false };
          const others = [...partsOf(layout)].filter(
            ([, rect]) => rect !== place && rect !== total && rect !== layout.card,
          );
          for (let k = 0; k < Math.min(rows * cols, 16); k++) {
            const points = findValuePath({
              ...{ layout, totalRect: total, current },
              ...{ row: Math.floor(k / cols), col: k % cols },
            });
            for (const [i, to] of points.entries())
              for (const [name, rect] of others)
                assert.ok(
                  !crosses(points[i - 1] ?? to, to, rect),
                  `${layout.family}, presenting ${presenting}: ${name} on the way to cell ${k}`,
                );
          }
        }
      }
    });

test('on a phone a value on its way passes the chooser of the channel by', () => {
  const more = [1, 3, 4, 7, 9].flatMap((side) =>
    [1, 3].flatMap((channels) =>
      [false, true].map((biased) => makeSubject([side, 1, side], [channels, 4], [1, 1, 2, 3], { biased })),
    ),
  );
  for (const subject of [...Object.values(LAYERS), ...more].filter(({ outChannels }) => outChannels > 1))
    for (const size of [STAGE_SIZES.phone, [288, 460], [380, 735]] as [number, number][]) {
      const layout = makeLayout(subject, ...size);
      const heading = layout.headings.find(({ name }) => name === 'output');
      if (layout.family !== 'phone' || !heading) continue;
      const { output: place, total } = layout;
      const current = { channel: 0, place, view: { ...place, cell: layout.outputCell }, thumbnail: false };
      const path = findValuePath({ layout, totalRect: total, row: 0, col: 0, current });
      const right = heading.x + heading.width;
      const chooser = { x: right - 86, y: heading.y - 12, width: 86, height: 24 };
      for (const [k, to] of path.slice(1, -1).entries()) {
        const from = path[k] ?? to;
        const start = { x: Math.min(from.x, to.x) - 18, y: Math.min(from.y, to.y) - 9 };
        const end = { x: Math.max(from.x, to.x) + 18, y: Math.max(from.y, to.y) + 9 };
        assert.ok(!crosses(start, end, chooser), `${layout.outputCell} px, ${size}: part ${k} of the way`);
      }
      assert.ok(heading.x >= 0 && heading.width >= 140, `${heading.x}, ${heading.width}`);
    }
});

test('a value that sets out is not painted over the total that it leaves', () => {
  for (const channels of [1, 2, 3, 8])
    for (const bias of [null, [4, 4]])
      for (const [width, height] of [...Object.values(STAGE_SIZES), [1302, 552] as const]) {
        const shape = { channels, bias, groups: 1, outputs: 2, size: 6, kernel: 3 };
        const layer = new PlainConvolution({ ...shape, stride: 1, padding: 0, dilation: 1 }, channels);
        const clock = {
          ...{ outChannels: 2, windows: 16, width: 4, channels, taps: 9, granularity: 'window' as const },
        };
        const frameAt = (place: number) =>
          makeFrame(
            makeFrameRequest(layer.model(), 'stage', {
              ...{ width, height, step: layer.step(0, 0, 0), granularity: 'window' as const },
              position: { ...positionAt(clock, 0.9), place },
            }),
          );
        for (let share = 0.02; share < 1; share += 0.02) {
          const frame = frameAt(share);
          const { context } = makeRecordingContext();
          const chips: Rect[] = [];
          context.roundRect = (...[x, y, w, h]: number[]) =>
            chips.push({ x: x ?? 0, y: y ?? 0, width: w ?? 0, height: h ?? 0 });
          paintValuePath(context, frame);
          const { totalRect: total, layout } = frame;
          // The total's number stands at the end of a card's line, before its edge.
          const right = (layout.card ?? total).x + (layout.card ?? total).width;
          for (const chip of chips) {
            const over =
              chip.x < Math.min(right, total.x + total.width) - 1 &&
              chip.x + chip.width > total.x + 1 &&
              chip.y < total.y + total.height - 1 &&
              chip.y + chip.height > total.y + 1;
            assert.ok(
              !over,
              `${layout.family} ${width}×${height}, ${channels} channels, at ${share.toFixed(2)}`,
            );
          }
        }
      }
});
