import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruCache } from '../../../frontend/data/lru_cache.ts';
import { formatNumber } from '../../../frontend/model/numbers.ts';
import type { Cell } from '../../../frontend/model/relations.ts';
import { positionAt } from '../../../frontend/model/timeline.ts';
import type { Rect } from '../../../frontend/model/types.ts';
import {
  drawingNamed,
  findCellRects,
  hitTestFrame,
  loadDrawing,
  makeViewFrame,
  shownOutputs,
} from '../../../frontend/views/registry.ts';
import { makeAxis } from '../../../frontend/views/signal/axis.ts';
import type { SignalFrame } from '../../../frontend/views/signal/frame.ts';
import { columnX } from '../../../frontend/views/signal/frame.ts';
import type { SignalLayout } from '../../../frontend/views/signal/layout.ts';
import { layOutSignals } from '../../../frontend/views/signal/layout.ts';
import { makeRandom, makeTensor } from '../support/builders.ts';
import { makeFrameRequest } from '../support/frames.ts';
import { makeRecordingContext } from '../support/recording_context.ts';
import type { Layer } from '../support/signal_layers.ts';
import { build, LAYERS, outputLength, read } from '../support/signal_layers.ts';

await loadDrawing({ dimensions: 1 }, 'stage');

test('scattering is captioned as such', () => {
  const layer = { channels: 1, outputs: 1, length: 4, kernel: 2, stride: 2, padding: 0, dilation: 1 };
  const choice = { outChannel: 0, transposed: false, direction: 'forward', reading: 'gather' } as const;
  const captionOf = (view: 'stage' | 'scatter') =>
    drawingNamed('signal').makeCaptions(build({ ...layer, transposed: true }), { ...choice, view })[0]?.[0];
  assert.equal(captionOf('scatter'), 'scatter.caption');
  assert.equal(captionOf('stage'), 'gather.caption');
});

const next = makeRandom(12);

test('what is multiplied stands in one column, whatever the layer', () => {
  for (const layer of LAYERS) {
    const model = build(layer);
    const axis = makeAxis(model, false);
    for (let j = 0; j < outputLength(layer); j++) {
      const kernel = axis.kernelAt(j);
      assert.equal(kernel.length, layer.kernel);
      for (let v = 0; v < layer.kernel; v++) {
        const at = read(layer, j, v);
        if (at >= 0) assert.equal(kernel[v], axis.inputAt(at), JSON.stringify({ layer, j, v }));
      }
      for (const at of [...kernel, axis.outputAt(j)])
        assert.ok(at >= axis.first && at <= axis.last, JSON.stringify({ layer, j, at, axis }));
    }
  }
});

test('a stamp stands over the output cells that it is added to', () => {
  for (const layer of LAYERS.filter(({ transposed }) => transposed)) {
    const axis = makeAxis(build(layer), true);
    for (let index = 0; index < layer.length; index++) {
      const stamp = axis.kernelAt(index);
      for (let v = 0; v < layer.kernel; v++) {
        const landing = index * layer.stride - layer.padding + v * layer.dilation;
        assert.equal(stamp[v], axis.outputAt(landing));
      }
      assert.equal(axis.inputAt(index), ((stamp[0] ?? 0) + (stamp.at(-1) ?? 0)) / 2);
    }
  }
});

for (const view of ['stage', 'scatter'] as const)
  test(`hit tests find the cells of signals on the ${view}`, () => {
    for (const layer of LAYERS.slice(0, 60).filter(({ transposed }) => view === 'stage' || transposed)) {
      const model = build(layer);
      const windows = view === 'stage' ? outputLength(layer) : layer.length;
      const clock = { outChannels: 1, windows, width: windows, channels: 1, taps: 1 };
      for (const [width, height] of [
        [1302, 600],
        [344, 540],
      ]) {
        const position = positionAt({ ...clock, granularity: 'window' }, next(windows));
        const frame = makeViewFrame(
          makeFrameRequest(model, view, { width, height, position }),
        ) as SignalFrame;
        assert.equal(frame.view, 'signal');
        const channel = frame.rows[next(frame.rows.length)]?.channel ?? 0;
        const cells: Cell[] = [
          { grid: 'input', channel, row: 0, col: next(layer.length) },
          { grid: 'weight', channel, row: 0, col: next(layer.kernel) },
          { grid: 'output', channel: 0, row: 0, col: next(outputLength(layer)) },
        ];
        for (const cell of cells) {
          const [rect, ...others] = findCellRects(frame, cell);
          assert.equal(others.length, 0);
          assert.ok(rect || width === 344, JSON.stringify({ layer, cell }));
          if (rect) assert.deepEqual(hitTestFrame(frame, ...middle(rect)), cell, JSON.stringify(layer));
        }
      }
    }
  });

const middle = ({ x, y, width, height }: Rect): [number, number] => [x + width / 2, y + height / 2];

const SUBJECT = {
  first: 0,
  last: 11,
  reach: 5,
  channels: 2,
  weighted: true,
  biased: true,
  summed: true,
  stamped: false,
  others: 0,
  chars: 2,
};

/** From above: what must not lie on what comes after it. */
function partsOf(layout: SignalLayout) {
  return [
    layout.overview,
    ...layout.lanes.flatMap(({ plot, indices, kernel, products, running }) => [
      plot,
      indices,
      kernel,
      products,
      running,
    ]),
    layout.stamps,
    layout.outputHeading,
    layout.output,
    layout.outputIndices,
    ...layout.others,
  ].filter((part) => part !== null);
}

test('the parts of signals lie below one another, inside the stage, at every size', () => {
  const sizes = [
    [1302, 600],
    [1856, 900],
    [900, 520],
    [344, 540],
  ] as const;
  for (const [width, height] of sizes)
    for (const channels of [1, 2, 6, 512])
      for (const last of [0, 11, 299, 100_000])
        for (const more of [
          { others: 5 },
          { summed: false, stamped: true },
          { weighted: false, biased: false },
        ]) {
          const layout = layOutSignals({ ...SUBJECT, channels, last, ...more }, { width, height });
          const text = JSON.stringify({ width, height, channels, last, more });
          let end = 0;
          for (const part of partsOf(layout)) {
            assert.ok(part.y >= end - 0.5, text);
            end = part.y + part.height;
          }
          assert.ok(end <= layout.height, text);
          assert.ok(layout.lanes.length >= 1 && layout.lanes.length <= channels, text);
          assert.ok(layout.columns >= 1 && layout.columns <= last + 1, text);
          for (const part of [...partsOf(layout), layout.total, layout.bias]) {
            if (part) assert.ok(part.x >= 0 && part.x + part.width <= width + 0.5, text);
          }
          if (layout.bias) assert.ok(layout.bias.y + layout.bias.height <= layout.total.y, text);
        }
});

test('finished outputs of other channels stay in sight, with their numbers', () => {
  const layer = { channels: 2, outputs: 3, length: 9, kernel: 3, stride: 2, padding: 0, dilation: 1 };
  const model = build({ ...layer, transposed: false });
  const clock = {
    outChannels: 3,
    windows: 4,
    width: 4,
    channels: 1,
    taps: 1,
    granularity: 'window' as const,
  };
  const data = [
    [111, -112, 113, 114],
    [211, 212, 213, 214],
    [311, 312, 313, 314],
  ];
  const planes = data.map((values, k) => [k, makeTensor([1, 1, 4], values)] as const);
  const outputs = Object.assign(new Map(planes), { version: 3 });
  for (const [outChannel, finished] of [
    [0, 0],
    [1, 1],
    [2, 2],
  ] as const)
    for (const [width, height] of [
      [1302, 600],
      [1845, 968],
    ]) {
      const position = { ...positionAt(clock, 0), outChannel };
      const request = makeFrameRequest(model, 'stage', { width, height, position, outputs, outputMax: 314 });
      const frame = makeViewFrame(request) as SignalFrame;
      assert.equal(frame.otherOutputs.length, 2);
      assert.deepEqual(shownOutputs(frame), frame.otherOutputs);
      const { texts, context } = makeRecordingContext();
      drawingNamed('signal').paintStatic(context, frame, new LruCache(1));
      for (const [k, values] of data.entries())
        for (const value of values)
          assert.equal(
            texts.includes(formatNumber(value, 0)),
            k < finished,
            `Y[${k}] beside Y[${outChannel}]`,
          );
      for (const channel of frame.otherOutputs) assert.ok(texts.includes(`Y[${channel}]`));
    }
});

test('of a long signal the page with the kernel is in sight', () => {
  const layer = { ...(LAYERS[0] as Layer), transposed: false, channels: 1, length: 5000, kernel: 7 };
  const long = { ...layer, stride: 1, padding: 3, dilation: 1 };
  const model = build(long);
  const clock = { outChannels: 1, windows: 5000, width: 5000, channels: 1, taps: 1 };
  for (let round = 0; round < 200; round++) {
    const position = positionAt({ ...clock, granularity: 'window' }, next(5000));
    const frame = makeViewFrame(
      makeFrameRequest(model, 'stage', { width: 1302, height: 600, position }),
    ) as SignalFrame;
    const { left, columns, cell } = frame.layout;
    assert.ok(columns < 100);
    for (const at of [...frame.restingKernel, frame.axis.outputAt(position.window)]) {
      const x = columnX(frame, at);
      assert.ok(x > left && x < left + columns * cell);
    }
  }
});
