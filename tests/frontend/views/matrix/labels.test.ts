/** Labels of rows and columns: they name the cells by definition, and never overlap. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MatrixFrame } from '../../../../frontend/views/matrix/frame.ts';
import { makeFrame } from '../../../../frontend/views/matrix/frame.ts';
import { paintLabels, paintLabelsAtWork, thinOut } from '../../../../frontend/views/matrix/labels.ts';
import type { Context2D } from '../../../../frontend/views/shared/drawing.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import type { Case } from '../../support/gradient_layers.ts';
import { CASES, makeForward, nameOf } from '../../support/gradient_layers.ts';

const AXES = ['row', 'depth', 'col'] as const;

/** By the definition of a convolution without borrowed cells; null: padding. */
function inputAt(
  { stride = [1, 1], dilation = [1, 1], padding = 0, size, flip, kernel }: Case,
  at: number[],
) {
  const [u = 0, v = 0, i = 0, j = 0] = at;
  const [down, across] = flip ? [kernel[0] - 1 - u, kernel[1] - 1 - v] : [u, v];
  const row = i * stride[0] + down * dilation[0] - padding;
  const col = j * stride[1] + across * dilation[1] - padding;
  return row < 0 || col < 0 || row >= size[0] || col >= size[1] ? null : [row, col];
}

for (const layer of CASES.filter(({ kind = 'conv2d', mode = 'zeros' }) => kind + mode === 'conv2dzeros'))
  test(`labels name the input cell of each entry: ${nameOf(layer)}`, () => {
    const model = makeForward(layer);
    const { axes, right, depth, panes } = makeFrame(makeFrameRequest(model, 'matrix'));
    const [, height, width] = model.summary.shapes.input;
    for (let k = 0; k < depth; k++)
      for (let n = 0; n < panes.right.cols; n++) {
        const [c = 0, u = 0, v = 0] = axes.depth?.label(k, false).split(',').map(Number) ?? [];
        const [i = 0, j = 0] = axes.col?.label(n, false).split(',').map(Number) ?? [];
        const [row, col] = inputAt(layer, [u, v, i, j]) ?? [];
        const expected =
          row === undefined || col === undefined ? null : model.input.data[(c * height + row) * width + col];
        assert.equal(right.valueAt(k, n), expected, `${c},${u},${v} at ${i},${j}`);
      }
  });

interface Text {
  text: string;
  left: number;
  right: number;
  y: number;
}

/** Notes where text is painted, in type that is 0.6 of its size wide. */
function makeRecorder() {
  const painted: Text[] = [];
  const widthOf = (text: string) => text.length * 0.6 * Number(/([\d.]+)px/.exec(context.font)?.[1]);
  const context = {
    font: '',
    textAlign: '',
    measureText: (text: string) => ({ width: widthOf(text) }),
    fillText(text: string, x: number, y: number, room = Infinity) {
      const width = Math.min(widthOf(text), room);
      const left = this.textAlign === 'center' ? x - width / 2 : x - width;
      painted.push({ text, left, right: left + width, y });
    },
  };
  return { context: context as unknown as Context2D, painted };
}

function assertApart(painted: Text[], name: string) {
  for (const [at, a] of painted.entries())
    for (const b of painted.slice(at + 1))
      assert.ok(
        Math.abs(a.y - b.y) >= 9 || a.right <= b.left || b.right <= a.left,
        `${name}: ${a.text} and ${b.text} overlap`,
      );
}

for (const [width, height, presenting] of [
  [360, 740, false],
  [1366, 600, false],
  [1920, 900, false],
  [944, 668, true],
  [1856, 980, true],
] as const)
  for (const cell of [null, 3, 8, 12, 20, 28, 40])
    test(`labels do not overlap: ${width} × ${height}${presenting ? ', presented' : ''}, cells of ${cell ?? 'the usual'} px`, () => {
      const model = makeForward({ size: [14, 14], kernel: [3, 3], channels: 12, outputs: 11 });
      const request = makeFrameRequest(model, 'matrix', { width, height, presenting });
      const { viewportKey } = makeFrame(request);
      const frame: MatrixFrame = makeFrame({ ...request, viewport: { key: viewportKey, cell, at: {} } });
      const { context, painted } = makeRecorder();
      paintLabels(context, frame);
      assertApart(painted, 'all');
      for (const { left, right } of painted) assert.ok(left >= 0 && right <= width, 'outside the canvas');
      const all = painted.splice(0).map(({ text }) => text);
      paintLabelsAtWork(context, frame, { row: [0], depth: [0, 1, 2, 3], col: [0, 1, 5] });
      assertApart(painted, 'at work');
      const said = [...all, ...painted.map(({ text }) => text)];
      // Whatever the size, what is at work is named.
      for (const axis of AXES)
        assert.ok(said.includes(frame.axes[axis]?.label(0, width === 360) ?? ''), axis);
    });

test('of labels that are too near the first stays', () => {
  assert.deepEqual(thinOut([9, 0, 2, 3, 4, 6], 3), [0, 3, 6, 9]);
});
