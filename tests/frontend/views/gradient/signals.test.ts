import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradientClock, hasScatter } from '../../../../frontend/model/gradients/direction.ts';
import type { GradientMoment } from '../../../../frontend/model/gradients/moment.ts';
import type { Cell } from '../../../../frontend/model/relations.ts';
import { positionAt } from '../../../../frontend/model/timeline.ts';
import type { Rect } from '../../../../frontend/model/types.ts';
import { gradientAxis, weightAxis } from '../../../../frontend/views/gradient/signal_axis.ts';
import { makeUpstreamModel } from '../../../../frontend/views/gradient/upstream_model.ts';
import { gradientView } from '../../../../frontend/views/gradient/view.ts';
import { makeRandom, makeTensor } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import type { Layer } from '../../support/signal_layers.ts';
import { build, LAYERS, outputLength, read } from '../../support/signal_layers.ts';

const next = makeRandom(5);

const lines = (length: number) => Array.from({ length }, (_, k) => k);

/** Each input cell that a kernel cell was multiplied with, and for which output. */
function terms(layer: Layer) {
  return lines(outputLength(layer)).flatMap((j) =>
    lines(layer.kernel).flatMap((v) => {
      const at = read(layer, j, v);
      return at < 0 ? [] : [{ at, j, v, text: JSON.stringify({ layer, at, j, v }) }];
    }),
  );
}

test('to the weight, the upstream lies on the input cells that the weight was multiplied with', () => {
  for (const layer of LAYERS) {
    const axis = weightAxis(build(layer));
    for (const { at, j, v, text } of terms(layer)) {
      assert.equal(axis.kernelAt(v)[j], axis.inputAt(at), text);
      assert.deepEqual(axis.sourcesAt(v, j), [at], text);
    }
    for (const v of lines(layer.kernel))
      for (const at of axis.kernelAt(v))
        assert.ok(at >= axis.first && at <= axis.last, JSON.stringify({ layer, at, axis }));
  }
});

test('to the input, gathering, each weight lies on the outputs that read the cell through it', () => {
  for (const layer of LAYERS) {
    const model = build(layer);
    const upstream = makeUpstreamModel(model, makeTensor(model.summary.shapes.output), 'gather', '');
    const axis = gradientAxis(model, upstream, 'gather');
    for (const { at, j, v, text } of terms(layer))
      assert.equal(axis.kernelAt(at)[v], axis.inputAt(j * upstream.spread[1]), text);
    for (const at of lines(layer.length).flatMap((index) => [...axis.kernelAt(index), axis.outputAt(index)]))
      assert.ok(at >= axis.first && at <= axis.last, JSON.stringify({ layer, at, axis }));
  }
});

test('to the input, scattering, a stamp stands over the cells that it is added to', () => {
  for (const layer of LAYERS.filter(({ transposed }) => !transposed)) {
    const model = build(layer);
    const upstream = makeUpstreamModel(model, makeTensor(model.summary.shapes.output), 'scatter', '');
    const axis = gradientAxis(model, upstream, 'scatter');
    for (const { at, j, v, text } of terms(layer)) assert.equal(axis.kernelAt(j)[v], axis.outputAt(at), text);
  }
});

const middle = ({ x, y, width, height }: Rect): [number, number] => [x + width / 2, y + height / 2];

const MOMENTS = [
  ['input', 'gather'],
  ['input', 'scatter'],
  ['weight', 'gather'],
  ['bias', 'gather'],
] as const;

for (const [direction, reading] of MOMENTS)
  test(`hit tests find the cells of a signal's gradient (${direction}, ${reading})`, () => {
    for (const layer of LAYERS.slice(0, 60)) {
      const model = build(layer);
      if (reading === 'scatter' && !hasScatter(model.summary)) continue;
      const upstream = makeTensor(model.summary.shapes.output);
      const planes = Object.assign(new Map(), { version: 0 });
      const none = {
        step: null,
        stamp: null,
        weightStep: null,
        biasGradient: null,
        planes,
        planeMax: 1,
        contributions: null,
      };
      const moment: GradientMoment = { direction, reading, upstream, upstreamMax: 9, ...none };
      const clock = gradientClock(model.summary, direction, reading, 'window');
      const position = positionAt(clock, next(clock.outChannels * clock.windows));
      const request = makeFrameRequest(model, 'stage', {
        width: 1302,
        height: 900,
        position,
        gradient: moment,
      });
      const frame = gradientView.makeFrame(request, null);
      assert.equal('family' in frame.layout && frame.layout.family, 'signal');
      // As many lanes as there is room for.
      const { rows } = 'inner' in frame && frame.inner.view === 'signal' ? frame.inner : { rows: [] };
      const outputs =
        direction === 'input'
          ? rows.map(({ channel }) => channel)
          : [shownOutput(layer, position.outChannel, direction)];
      const cells: Cell[] = [
        ...outputs.map((channel) => cellOf('upstream', channel, next(outputLength(layer)))),
        ...gradientCells(layer, direction, position.outChannel),
      ];
      for (const cell of cells) {
        const [rect, ...others] = gradientView.findCellRects(frame, cell);
        const text = JSON.stringify({ layer, cell });
        assert.equal(others.length, 0, text);
        assert.ok(rect, text);
        assert.deepEqual(gradientView.hitTest(frame, ...middle(rect)), cell, text);
      }
    }
  });

test('a sum has as many decimals on the stage as in the line below it', () => {
  for (const layer of LAYERS.slice(0, 30)) {
    const model = build(layer);
    const size = model.summary.shapes.output.reduce((product, length) => product * length);
    const upstream = makeTensor(
      model.summary.shapes.output,
      Array.from({ length: size }, () => 1.17943),
    );
    const biasGradient = Float64Array.from({ length: layer.outputs }, () => 0.00512);
    const planes = Object.assign(new Map(), { version: 0 });
    const none = { step: null, stamp: null, weightStep: null, planes, planeMax: 1, contributions: null };
    const given = { direction: 'bias', reading: 'gather', upstream, upstreamMax: 9 } as const;
    const position = positionAt(gradientClock(model.summary, 'bias', 'gather', 'window'), 1);
    const gradient: GradientMoment = { ...given, ...none, biasGradient };
    const request = makeFrameRequest(model, 'stage', { width: 360, height: 600, position, gradient });
    const frame = gradientView.makeFrame(request, null);
    assert.ok(frame.kind === 'signalSum');
    assert.equal(frame.inner.ledger?.decimals, frame.ledger?.decimals);
    assert.equal(frame.inner.ledger?.output, frame.ledger?.total);
  }
});

function cellOf(grid: Cell['grid'], channel: number, col: number): Cell {
  return { grid, channel, row: 0, col };
}

/** The output channel whose upstream is multiplied or added up. */
function shownOutput({ channels }: Layer, index: number, direction: 'weight' | 'bias') {
  return direction === 'bias' ? index : Math.floor(index / channels);
}

function gradientCells(
  { length, kernel, outputs }: Layer,
  direction: GradientMoment['direction'],
  index: number,
) {
  if (direction === 'input') return [cellOf('gradient', index, next(length))];
  return direction === 'weight'
    ? [cellOf('gradient', index, next(kernel))]
    : [cellOf('gradient', next(outputs), 0)];
}
