/** The gradients in the matrix product and at the sparse matrix, beside plain sums over the definition. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputChannelsOf, weightIndex } from '../../../../frontend/model/geometry.ts';
import { gradientClock, outputChannelsOf, pairAt } from '../../../../frontend/model/gradients/direction.ts';
import type { GradientMoment } from '../../../../frontend/model/gradients/moment.ts';
import type { Cell } from '../../../../frontend/model/relations.ts';
import type { SceneModel } from '../../../../frontend/model/scene_model.ts';
import type { Clock } from '../../../../frontend/model/timeline.ts';
import { positionAt, timeOfWindow } from '../../../../frontend/model/timeline.ts';
import type { Direction, Reading, Stamp } from '../../../../frontend/model/types.ts';
import type { GradientFrame } from '../../../../frontend/views/gradient/frame.ts';
import type { MatrixInputInner } from '../../../../frontend/views/gradient/matrix_input.ts';
import { foldedSum } from '../../../../frontend/views/gradient/matrix_input.ts';
import { gradientView } from '../../../../frontend/views/gradient/view.ts';
import type { PaneValues } from '../../../../frontend/views/shared/matrix_painting.ts';
import { breakLine } from '../../../../frontend/views/shared/matrix_painting.ts';
import { makeRandom } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { CASES, gradientOf, makeForward, nameOf, numbers } from '../../support/gradient_layers.ts';

type Back = Exclude<Direction, 'forward'>;

interface Shown {
  model: SceneModel;
  moment: GradientMoment;
  clock: Clock;
  frameAt: (channel: number, window: number, more?: object) => GradientFrame;
}

/** A frame so large that all of it is in sight, when a cell is just placed. */
function show(
  model: SceneModel,
  view: 'matrix' | 'sparse',
  direction: Back,
  reading: Reading = 'gather',
): Shown {
  const upstream = numbers(model.summary.shapes.output, 3);
  const planes = Object.assign(new Map(), { version: 0 });
  const none = { step: null, stamp: null, weightStep: null, biasGradient: null, planes, planeMax: 1 };
  const moment = { direction, reading, upstream, upstreamMax: 9, contributions: null, ...none };
  const clock = gradientClock(model.summary, direction, reading, 'channel');
  const frameAt = (channel: number, window: number, more = {}) => {
    const position = positionAt(clock, timeOfWindow(clock, channel, window));
    return gradientView.makeFrame(
      makeFrameRequest(model, view, { position, gradient: { ...moment, ...more } }),
      null,
    );
  };
  return { model, moment, clock, frameAt };
}

/** The product of a row and a column of two panes. */
function multiply(left: PaneValues, right: PaneValues, depth: number, row: number, col: number) {
  let sum = 0;
  for (let k = 0; k < depth; k++) sum += (left.valueAt(row, k) ?? 0) * (right.valueAt(k, col) ?? 0);
  return sum;
}

/** The gradient to a weight by its definition. */
function weightGradient({ model, moment }: Shown, [o, c]: [number, number], u: number, v: number) {
  const { taps, summary, input } = model;
  const [, height, width] = summary.shapes.input;
  const [, , outWidth] = summary.shapes.output;
  const size = taps.rows.length * taps.cols.length;
  let sum = 0;
  for (const [i, rows] of taps.rows.entries())
    for (const [j, cols] of taps.cols.entries()) {
      const [row = -1, col = -1] = [rows[u], cols[v]];
      if (row < 0 || col < 0) continue;
      const x = input.data[(c * height + row) * width + col] ?? 0;
      sum += x * (moment.upstream.data[o * size + i * outWidth + j] ?? 0);
    }
  return sum;
}

function innerOf(frame: GradientFrame) {
  assert.ok('inner' in frame && 'panes' in frame.inner);
  return frame.inner;
}

function contributionsOf(frame: GradientFrame): MatrixInputInner {
  const inner = innerOf(frame);
  assert.ok('entries' in inner);
  return inner;
}

for (const layer of CASES) {
  const model = makeForward(layer);
  const { input } = model.summary.shapes;

  test(`dY @ windowsᵀ: a row and a column at work make the gradient to a weight, ${nameOf(layer)}`, () => {
    const shown = show(model, 'matrix', 'weight');
    for (let pair = 0; pair < shown.clock.outChannels; pair++)
      for (let tap = 0; tap < shown.clock.windows; tap++) {
        const inner = innerOf(shown.frameAt(pair, tap));
        assert.ok('terms' in inner && inner.view === 'matrix');
        const { left, right, depth, row, col } = inner;
        const kW = model.subject.kernel[1];
        const expected = weightGradient(shown, pairAt(model.summary, pair), Math.floor(tap / kW), tap % kW);
        assert.equal(multiply(left, right, depth, row, col), expected);
      }
  });

  test(`dY @ 1 is the gradient to the bias, ${nameOf(layer)}`, () => {
    const shown = show(model, 'matrix', 'bias');
    const size = shown.clock.taps;
    for (let o = 0; o < shown.clock.outChannels; o++) {
      const inner = innerOf(shown.frameAt(o, 0));
      assert.ok('terms' in inner && inner.view === 'matrix');
      const plane = shown.moment.upstream.data.subarray(o * size, (o + 1) * size);
      const expected = [...plane].reduce((sum, value) => sum + value, 0);
      assert.equal(multiply(inner.left, inner.right, inner.depth, inner.row, 0), expected);
    }
  });

  test(`Kᵀ @ dY: the entries of a cell add up to its gradient, each entry once, ${nameOf(layer)}`, () => {
    const shown = show(model, 'matrix', 'input');
    const expected = gradientOf(model, shown.moment.upstream);
    for (let c = 0; c < input[0]; c++) {
      const taken = new Set<string>();
      let inner: MatrixInputInner | null = null;
      for (let cell = 0; cell < input[1] * input[2]; cell++) {
        inner = contributionsOf(shown.frameAt(c, cell));
        const { left, right, depth, entries, targetOf } = inner;
        const sum = entries.reduce((total, { k, n }) => total + multiply(left, right, depth, k, n), 0);
        assert.equal(
          sum,
          expected[(c * input[1] + Math.floor(cell / input[2])) * input[2] + (cell % input[2])],
        );
        for (const { k, n } of entries) {
          assert.equal(targetOf(k, n), cell);
          assert.ok(!taken.has(`${k},${n}`));
          taken.add(`${k},${n}`);
        }
      }
      assert.ok(inner);
      const { unrolled, targetOf } = inner;
      const first = unrolled.inputs.indexOf(c) * unrolled.taps;
      let landing = 0;
      for (let k = first; k < first + unrolled.taps; k++)
        for (let n = 0; n < unrolled.windows; n++) landing += targetOf(k, n) >= 0 ? 1 : 0;
      assert.equal(taken.size, landing);
    }
  });

  test(`Kᵀ @ dY as it is stamped: a column for each window, ${nameOf(layer)}`, () => {
    if (layer.kind === 'conv_transpose2d') return;
    const shown = show(model, 'matrix', 'input', 'scatter');
    const expected = gradientOf(model, shown.moment.upstream);
    const size = input[1] * input[2];
    for (let c = 0; c < input[0]; c++) {
      const plane = new Float64Array(size);
      for (let n = 0; n < shown.clock.windows; n++) {
        const { left, right, depth, entries, targetOf } = contributionsOf(shown.frameAt(c, n));
        for (const { k, n: column } of entries) {
          assert.equal(column, n);
          const at = targetOf(k, n);
          plane[at] = (plane[at] ?? 0) + multiply(left, right, depth, k, n);
        }
      }
      assert.deepEqual(
        [...plane].map((value) => value + 0),
        [...expected.subarray(c * size, (c + 1) * size)],
      );
    }
  });

  test(`the sparse matrix: what a pair of channels gives, and where a weight stands, ${nameOf(layer)}`, () => {
    const shown = show(model, 'sparse', 'weight');
    const width = model.summary.shapes.output[2];
    for (let pair = 0; pair < shown.clock.outChannels; pair++)
      for (let tap = 0; tap < shown.clock.windows; tap++) {
        const inner = innerOf(shown.frameAt(pair, tap));
        assert.ok('strips' in inner);
        const blocks = inner.work.filter(({ block }) => block.pane === 'matrix');
        const sum = blocks.reduce((total, { block: { row: r, col: at } }) => {
          const y = inner.strips.output.values.valueAt(r, 0) ?? 0;
          return total + y * (inner.strips.input.values.valueAt(0, at) ?? 0);
        }, 0);
        const kW = model.subject.kernel[1];
        const expected = weightGradient(shown, pairAt(model.summary, pair), Math.floor(tap / kW), tap % kW);
        assert.equal(sum, expected);
        assert.ok(blocks.every(({ block }) => block.row < model.taps.rows.length * width));
      }
  });

  test(`a cell of a gradient is found where it is shown, ${nameOf(layer)}`, () => {
    const next = makeRandom(JSON.stringify(layer).length);
    const kernel = model.subject.kernel;
    for (const view of ['matrix', 'sparse'] as const)
      for (const direction of ['input', 'weight', 'bias'] as const) {
        if (view === 'sparse' && direction === 'bias') continue;
        const shown = show(model, view, direction);
        const channel = next(shown.clock.outChannels);
        const frame = shown.frameAt(channel, next(shown.clock.windows));
        const [rows, cols] =
          direction === 'input' ? [input[1], input[2]] : direction === 'weight' ? kernel : [1, 1];
        const cell: Cell = { grid: 'gradient', channel, row: next(rows), col: next(cols) };
        const rects = gradientView.findCellRects(frame, cell);
        assert.ok(rects.length > 0);
        for (const { x, y, width, height } of rects)
          assert.deepEqual(gradientView.hitTest(frame, x + width / 2, y + height / 2), cell);
      }
  });
}

test('the entries of a cell add up as they are printed', () => {
  const model = makeForward({ size: [3, 3], kernel: [2, 2], channels: 2, outputs: 3 });
  const shown = show(model, 'matrix', 'input');
  const sums = [
    [0.12345, 0.2],
    [-0.33333, 1.5],
  ];
  const stamp = { index: 0, sums, products: [sums] } as unknown as Stamp;
  const inner = contributionsOf(shown.frameAt(0, 4, { contributions: { stampOf: () => stamp, loaded: 1 } }));
  const ledger = {
    ...{ cell: 'dX', lines: [], bias: '', decimals: 2, whole: false, exact: true, largest: false },
    output: '1.49',
  };
  const text = foldedSum({ ...inner, ledger });
  const [terms = '', total] = text.split(' = ');
  assert.equal(total, '1.49');
  const sum = terms
    .replaceAll('−', '-')
    .replaceAll(/([+-]) /g, '$1')
    .split(' ');
  assert.ok(Math.abs(sum.reduce((all, term) => all + Number(term), 0) - 1.49) < 1e-9, text);
});

test('the weights of a pair are read where torch has them', () => {
  const model = makeForward({ size: [4, 4], kernel: [2, 2], channels: 4, outputs: 6, groups: 2 });
  const shown = show(model, 'matrix', 'input');
  const inner = contributionsOf(shown.frameAt(3, 0));
  const { unrolled, left } = inner;
  for (const [r, o] of outputChannelsOf(model.summary, 3).entries())
    for (const [index, c] of inputChannelsOf(model.summary, o).entries()) {
      const [first, second] = weightIndex(model.summary, o, c);
      const weight = model.weight?.data[(first * 2 + second) * 4 + 1];
      assert.equal(left.valueAt(index * unrolled.taps + 1, r), weight);
    }
});

test('a line below the panes is broken after spaces, marks and Han characters', () => {
  const fits = (room: number) => (text: string) => text.length <= room;
  assert.deepEqual(breakLine('3 + 4 − 1 = 6', fits(6)), ['3 + 4', '− 1 =', '6']);
  assert.deepEqual(breakLine('逐列计算：加到它的', fits(5)), ['逐列计算：', '加到它的']);
  assert.deepEqual(breakLine('short', fits(2)), ['short']);
});
