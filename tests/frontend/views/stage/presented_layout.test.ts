import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayoutInput } from '../../../../frontend/model/scene_model.ts';
import type { Rect } from '../../../../frontend/model/types.ts';
import { placeSum } from '../../../../frontend/views/gradient/sum_layout.ts';
import type { StageLayout } from '../../../../frontend/views/stage/layout.ts';
import { chooseLayout, placeParts } from '../../../../frontend/views/stage/layout.ts';
import { makeSubject, SUBJECTS } from '../../support/stage_subjects.ts';

type Room = [width: number, height: number];

/** The stage of a lesson's step beside its text, and presented, in CSS pixels. */
const ROOMS: Record<string, [plain: Room, presented: Room]> = {
  '1366×768': [
    [894, 632],
    [944, 668],
  ],
  '1920×1080': [
    [1370, 921],
    [1389, 963],
  ],
};

function makeFlat(plane: [number, number], kernel: [number, number], output: [number, number]): LayoutInput {
  const [rows, cols] = plane;
  const flat = makeSubject([cols, kernel[1], output[1]], [1, 1], [1, 2, 2, 2]);
  return { ...flat, plane: { rows, cols, top: 0, left: 0 }, kernel, output };
}

/** The layers of the lessons, by shape. */
const LAYERS: Record<string, LayoutInput> = {
  'one channel': makeSubject([3, 2, 2], [1, 1], [1, 1, 2, 2]),
  'two channels': makeSubject([3, 2, 2], [2, 1], [1, 1, 2, 3]),
  'three filters with biases': makeSubject([3, 2, 2], [2, 3], [1, 1, 2, 3], { biased: true }),
  edges: makeFlat([3, 6], [1, 2], [3, 5]),
  'a strip': makeFlat([6, 8], [1, 2], [6, 7]),
  count: makeSubject([5, 3, 3], [1, 1], [1, 1, 1, 1]),
  padded: makeSubject([7, 3, 5], [1, 1], [1, 1, 1, 1]),
  'a column left over': makeFlat([3, 6], [3, 3], [1, 2]),
  same: makeSubject([4, 2, 3], [1, 1], [1, 1, 2, 2]),
  'two groups': makeSubject([2, 2, 1], [2, 2], [1, 1, 1, 1]),
  average: makeSubject([4, 2, 2], [1, 1], [1, 1, 1, 3], { weighted: false, perChannel: true }),
  checkerboard: makeSubject([3, 3, 7], [1, 1], [1, 1, 1, 1], { gathered: true }),
};
for (const name of ['one-by-one', 'dilated', 'depthwise', 'pointwise', 'transposed', 'max-pooling']) {
  const subject = SUBJECTS[name];
  if (subject) LAYERS[name] = subject;
}

function areaOf({ lanes, plane, output, shelf }: StageLayout) {
  const own = lanes.flatMap((lane) => [lane.input, lane.loupe, lane.kernel, lane.products, lane.output]);
  const outputs = lanes.some((lane) => lane.output) ? [] : [output];
  const filters = shelf.flatMap((filter) => [...filter.kernels, filter.output]);
  const grids = [...own, plane, ...outputs, ...filters].filter((rect): rect is Rect => rect !== null);
  return grids.reduce((sum, { width, height }) => sum + width * height, 0);
}

for (const [name, subject] of Object.entries(LAYERS))
  for (const [screen, rooms] of Object.entries(ROOMS))
    test(`${name} on ${screen} is larger when it is presented`, () => {
      const [plain, presented] = rooms.map(([width, height], k) => {
        const choice = chooseLayout(subject, width, height, { presenting: k === 1 });
        const { cell, kernelCell, outputCell } = choice.candidate;
        const smallest = Math.min(cell, kernelCell, outputCell);
        return { area: areaOf(placeParts(subject, choice)), smallest };
      });
      assert.ok(plain && presented);
      // All of it, or its smallest numbers by a fifth.
      const isLarger = presented.area > plain.area || presented.smallest >= 1.2 * plain.smallest;
      assert.ok(isLarger, `${presented.area} after ${plain.area}`);
      assert.ok(presented.smallest >= 0.9 * plain.smallest, `${presented.smallest} after ${plain.smallest}`);
    });

/** The stage of the workbench, and presented. */
const WORKBENCH: [plain: Room, presented: Room][] = [
  [
    [960, 608],
    [960, 672],
  ],
  [
    [1302, 608],
    [1302, 672],
  ],
  [
    [1845, 893],
    [1845, 968],
  ],
  [
    [328, 560],
    [328, 592],
  ],
];
/** A layer that is shown by its stamps. */
const STAMPED = makeSubject([3, 3, 7], [1, 1], [1, 1, 1, 2], { gathered: true });

for (const [name, subject] of Object.entries({ ...SUBJECTS, scattered: STAMPED }))
  for (const [plain, presented] of WORKBENCH)
    test(`no cell of ${name} at ${plain} is smaller when it is presented`, () => {
      const { candidate: unpresented } = chooseLayout(subject, ...plain);
      const { candidate } = chooseLayout(subject, ...presented, { presenting: true, unpresented });
      for (const size of ['cell', 'kernelCell', 'outputCell'] as const) {
        // Larger type above and below the grids may take an eighth of a cell, where all else would lose more.
        const before = unpresented[size];
        assert.ok(candidate[size] >= before - before / 8, `${size}: ${candidate[size]} after ${before}`);
      }
    });

for (const [screen, [plain, presented]] of Object.entries(ROOMS))
  test(`a gradient to the weight on ${screen} is larger when it is presented`, () => {
    const parts = { input: [6, 8], upstream: [6, 7], gradient: [1, 2] } as const;
    assert.ok(placeSum(parts, ...presented, true).cell > placeSum(parts, ...plain).cell);
  });
