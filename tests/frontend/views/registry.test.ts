import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell } from '../../../frontend/model/relations.ts';
import { findRelations } from '../../../frontend/model/relations.ts';
import type { SceneModel } from '../../../frontend/model/scene_model.ts';
import { positionAt } from '../../../frontend/model/timeline.ts';
import type { ViewName } from '../../../frontend/model/types.ts';
import type { MatrixFrame } from '../../../frontend/views/matrix/frame.ts';
import { cellOf } from '../../../frontend/views/matrix/hit_test.ts';
import * as matrix from '../../../frontend/views/matrix/product.ts';
import { findCellRects, hitTestFrame, loadDrawing, makeViewFrame } from '../../../frontend/views/registry.ts';
import * as scatter from '../../../frontend/views/scatter/frame.ts';
import type { MatrixPane } from '../../../frontend/views/shared/matrix_viewport.ts';
import { hitTestPane, visibleCells } from '../../../frontend/views/shared/matrix_viewport.ts';
import { makeSceneModel } from '../../../frontend/views/shared/scene_model.ts';
import type { FrameRequest } from '../../../frontend/views/shared/view.ts';
import { rowEntries } from '../../../frontend/views/sparse/entries.ts';
import type { SparseFrame } from '../../../frontend/views/sparse/frame.ts';
import type { StageFrame } from '../../../frontend/views/stage/frame.ts';
import { makePadding, makeRandom, makeScene, makeSummary, makeTensor } from '../support/builders.ts';
import { makeFrameRequest } from '../support/frames.ts';

for (const view of ['matrix', 'sparse'] as const) await loadDrawing({ dimensions: 2 }, view);

interface Layer {
  kind?: 'conv2d' | 'conv_transpose2d';
  channels: number;
  outputs: number;
  size: [number, number];
  kernel: [number, number];
  stride?: number;
  padding?: number;
  dilation?: number;
  groups?: number;
  circular?: boolean;
}

/**
 * The input cell that output cell i reads through kernel cell u, on one axis, by the definition of the
 * operation; -1: none.
 */
function reads(
  { kind = 'conv2d', stride = 1, padding = 0, dilation = 1, circular = false }: Layer,
  size: number,
  i: number,
  u: number,
) {
  if (kind === 'conv2d') {
    const at = i * stride + u * dilation - padding;
    if (circular) return ((at % size) + size) % size;
    return at >= 0 && at < size ? at : -1;
  }
  for (let at = 0; at < size; at++) if (at * stride - padding + u * dilation === i) return at;
  return -1;
}

function build(layer: Layer) {
  const {
    kind = 'conv2d',
    channels,
    outputs,
    size,
    kernel,
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
  } = layer;
  const length = (n: number, k: number) =>
    kind === 'conv2d'
      ? Math.floor((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1
      : (n - 1) * stride - 2 * padding + dilation * (k - 1) + 1;
  const out: [number, number] = [length(size[0], kernel[0]), length(size[1], kernel[1])];
  const table = (axis: 0 | 1) =>
    Array.from({ length: out[axis] ?? 0 }, (_, i) =>
      Array.from({ length: kernel[axis] }, (__, u) => reads(layer, size[axis], i, u)),
    );
  const next = makeRandom(channels * 1000 + outputs);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => next(19) - 9);
  const summary = makeSummary(
    {
      kind,
      stride: [stride, stride],
      padding: makePadding(padding),
      padding_mode: layer.circular ? 'circular' : 'zeros',
      dilation: [dilation, dilation],
      groups,
    },
    {
      input: [channels, ...size],
      weight:
        kind === 'conv2d' ? [outputs, channels / groups, ...kernel] : [channels, outputs / groups, ...kernel],
      output: [outputs, ...out],
    },
  );
  const tensor = (shape: number[]) => makeTensor(shape, numbers(shape.reduce((a, b) => a * b)));
  const { input, weight } = summary.shapes;
  const tensors = { input: tensor(input), weight: weight && tensor(weight) };
  const taps = { rows: table(0), cols: table(1) };
  return makeSceneModel(makeScene({ ...summary, id: JSON.stringify(layer) }, tensors, taps));
}

/** Every product of the layer, by plain loops over its definition: what is multiplied, and where it goes. */
function products(layer: Layer, { summary: { shapes }, input, weight }: SceneModel) {
  const { kind = 'conv2d', groups = 1, kernel } = layer;
  const [channels, height, width] = shapes.input;
  const [outputs, outHeight, outWidth] = shapes.output;
  const found = [];
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < channels; c++) {
      if (Math.floor(o / (outputs / groups)) !== Math.floor(c / (channels / groups))) continue;
      for (let i = 0; i < outHeight; i++)
        for (let j = 0; j < outWidth; j++)
          for (let u = 0; u < kernel[0]; u++)
            for (let v = 0; v < kernel[1]; v++) {
              const [a, b] = [reads(layer, height, i, u), reads(layer, width, j, v)];
              if (a < 0 || b < 0) continue;
              const [first, second] =
                kind === 'conv2d' ? [o, c % (channels / groups)] : [c, o % (outputs / groups)];
              const w =
                weight?.data[
                  ((first * (shapes.weight?.[1] ?? 1) + second) * kernel[0] + u) * kernel[1] + v
                ] ?? 0;
              found.push({
                o,
                c,
                i,
                j,
                u,
                v,
                a,
                b,
                value: w * (input.data[(c * height + a) * width + b] ?? 0),
              });
            }
    }
  return found;
}

interface FrameOf {
  stage: StageFrame;
  scatter: scatter.ScatterFrame;
  matrix: MatrixFrame;
  sparse: SparseFrame;
}

/** A frame so large that all of it is in sight, unless told. */
function framed<View extends ViewName>(
  shown: SceneModel,
  view: View,
  more: Partial<FrameRequest> = {},
): FrameOf[View] {
  return makeViewFrame(makeFrameRequest(shown, view, more)) as FrameOf[View];
}

const LAYERS: Layer[] = [
  { channels: 2, outputs: 1, size: [3, 3], kernel: [2, 2] },
  { channels: 3, outputs: 2, size: [3, 3], kernel: [1, 1] },
  { channels: 3, outputs: 2, size: [7, 7], kernel: [3, 3], stride: 2, padding: 1 },
  { channels: 4, outputs: 6, size: [6, 5], kernel: [3, 2], groups: 2, dilation: 2, padding: 1 },
  { channels: 1, outputs: 1, size: [4, 5], kernel: [3, 3], padding: 1, circular: true },
  { kind: 'conv_transpose2d', channels: 2, outputs: 3, size: [3, 2], kernel: [2, 3], stride: 2 },
  {
    kind: 'conv_transpose2d',
    channels: 4,
    outputs: 4,
    size: [3, 3],
    kernel: [3, 3],
    stride: 2,
    padding: 1,
    groups: 2,
  },
];

for (const layer of LAYERS) {
  const shown = build(layer);
  const all = products(layer, shown);
  const { shapes } = shown.summary;
  const [, height, width] = shapes.input;
  const [outputs, , outWidth] = shapes.output;
  const name = JSON.stringify(layer);
  const next = makeRandom(7);
  const text = (list: unknown[]) => list.map(String).sort();

  test(`${name}: kernel rows times unrolled windows are the layer`, () => {
    for (let o = 0; o < outputs; o++) {
      const product = matrix.makeProduct(shown, o);
      const [input, kernel] = [matrix.inputIndexOf(shown, product), matrix.weightIndexOf(shown, product)];
      for (let n = 0; n < product.windows; n++) {
        let sum = 0;
        for (let k = 0; k < product.depth; k++) {
          const at = input(k, n);
          if (at >= 0)
            sum +=
              (shown.weight?.data[kernel(o - (product.outputs[0] ?? 0), k)] ?? NaN) *
              (shown.input.data[at] ?? NaN);
        }
        const expected = all
          .filter((term) => term.o === o && term.i * outWidth + term.j === n)
          .reduce((total, { value }) => total + value, 0);
        assert.equal(sum, expected);
      }
    }
  });

  test(`${name}: a cell of the matrix product lights wherever it stands, and nothing else`, () => {
    for (let round = 0; round < 12; round++) {
      const o = next(outputs);
      const clock = {
        outChannels: outputs,
        windows: shapes.output[1] * outWidth,
        width: 4,
        channels: 1,
        taps: 1,
        granularity: 'window' as const,
      };
      const frame = framed(shown, 'matrix', { position: positionAt(clock, o * clock.windows + 1) });
      const { unrolled: product } = frame;
      const c = product.inputs[next(product.inputs.length)] ?? 0;
      const cell: Cell = { grid: 'input', channel: c, row: next(height), col: next(width) };
      const taps = product.taps;
      const expected = all
        .filter((term) => term.o === o && term.c === c && term.a === cell.row && term.b === cell.col)
        .map((term) => [
          (c - (product.inputs[0] ?? 0)) * taps + term.u * product.kW + term.v,
          term.i * outWidth + term.j,
        ]);
      const rects = findCellRects(frame, cell);
      const found = rects.map(({ x, y, width: w, height: h }) => {
        const under = hitTestPane(frame.panes, x + w / 2, y + h / 2);
        assert.equal(under?.name, 'right');
        assert.deepEqual(hitTestFrame(frame, x + w / 2, y + h / 2), cell);
        return [under?.row, under?.col];
      });
      assert.deepEqual(text(found), text(expected));
    }
  });

  test(`${name}: the sparse matrix holds every product of a channel pair once, and nothing else`, () => {
    for (let o = 0; o < outputs; o++) {
      for (const c of matrix.makeProduct(shown, o).inputs) {
        const terms = all.filter((term) => term.o === o && term.c === c);
        const expected = terms.map((term) => [
          term.i * outWidth + term.j,
          term.a * width + term.b,
          term.u,
          term.v,
        ]);
        const found = Array.from({ length: shapes.output[1] * outWidth }, (_, r) =>
          rowEntries(shown, r).map(({ col, u, v }) => [r, col, u, v]),
        ).flat();
        assert.deepEqual(text(found), text(expected));
      }
    }
  });

  for (const transposed of [false, true]) {
    test(`${name}: hit tests find the cells of the ${transposed ? 'transposed ' : ''}sparse matrix`, () => {
      for (let round = 0; round < 12; round++) {
        const channel = next(matrix.makeProduct(shown, 0).inputs.length);
        const frame = framed(shown, 'sparse', { transposed, inChannel: channel });
        const weight: Cell = {
          grid: 'weight',
          channel,
          row: next(layer.kernel[0]),
          col: next(layer.kernel[1]),
        };
        const expected = all
          .filter(
            (term) => term.o === 0 && term.c === channel && term.u === weight.row && term.v === weight.col,
          )
          .map((term) => [term.i * outWidth + term.j, term.a * width + term.b])
          .map((at) => (transposed ? at.reverse() : at));
        const places = findCellRects(frame, weight).map(({ x, y, width: w, height: h }) =>
          hitTestPane(frame.panes, x + w / 2, y + h / 2),
        );
        assert.deepEqual(
          text(places.filter((at) => at?.name === 'matrix').map((at) => [at?.row, at?.col])),
          text(expected),
        );
        assert.equal(places.filter((at) => at?.name === 'kernel').length, 1);
        for (const cell of [
          { grid: 'input', channel, row: next(height), col: next(width) },
          { grid: 'output', channel: 0, row: next(shapes.output[1]), col: next(outWidth) },
        ] as Cell[]) {
          const [rect, ...others] = findCellRects(frame, cell);
          assert.ok(rect && others.length === 0);
          assert.deepEqual(hitTestFrame(frame, rect.x + rect.width / 2, rect.y + rect.height / 2), cell);
        }
      }
    });
  }

  for (const view of (layer.kind ? ['stage', 'scatter'] : ['stage']) as ViewName[]) {
    test(`${name}: hit tests find the cells of the ${view}`, () => {
      for (const size of [
        { width: 1216, height: 420 },
        { width: 360, height: 420 },
      ])
        for (let round = 0; round < 12; round++) {
          const frame = framed(shown, view, size);
          const channel = next(matrix.makeProduct(shown, 0).inputs.length);
          for (const cell of [
            { grid: 'input', channel, row: next(height), col: next(width) },
            { grid: 'weight', channel, row: next(layer.kernel[0]), col: next(layer.kernel[1]) },
            { grid: 'output', channel: 0, row: next(shapes.output[1]), col: next(outWidth) },
          ] as Cell[]) {
            const rects = findCellRects(frame, cell);
            if ('rows' in frame && frame.rows.some((row) => row.channel === channel))
              assert.ok(rects.length > 0);
            for (const { x, y, width: w, height: h } of rects)
              assert.deepEqual(hitTestFrame(frame, x + w / 2, y + h / 2), cell);
          }
        }
    });
  }

  if (layer.kind) {
    test(`${name}: an input cell stamps the outputs that it reaches in the other views`, () => {
      for (let a = 0; a < height; a++)
        for (let b = 0; b < width; b++) {
          const expected = all
            .filter((term) => term.o === 0 && term.c === 0 && term.a === a && term.b === b)
            .map(({ i, j }) => [i, j]);
          const { rows, cols } = scatter.landingWindow(shown, a, b);
          const landed = rows
            .flatMap((i) => cols.map((j) => [i, j]))
            .filter(([i = NaN, j = NaN]) => !Number.isNaN(i + j));
          assert.deepEqual(text(landed), text(expected));
          assert.deepEqual(
            text(
              findRelations(
                shown,
                { grid: 'input', channel: 0, row: a, col: b },
                { row: 0, col: 0 },
              ).outputs.map(({ row, col }) => [row, col]),
            ),
            text(expected),
          );
        }
    });
  }

  test(`${name}: an output cell has the same inputs in all three views`, () => {
    for (let round = 0; round < 12; round++) {
      const cell: Cell = { grid: 'output', channel: 0, row: next(shapes.output[1]), col: next(outWidth) };
      const n = cell.row * outWidth + cell.col;
      const first = matrix.makeProduct(shown, 0).inputs[0] ?? 0;
      const expected = [
        ...new Set(
          all
            .filter((term) => term.o === 0 && term.c === first && term.i === cell.row && term.j === cell.col)
            .map((term) => `${term.a},${term.b}`),
        ),
      ].sort();
      const frame = framed(shown, 'matrix', { activeCell: { cell, pinned: false } });
      const column = frame.highlights?.related.find((block) => block.pane === 'right');
      const ofColumn = Array.from({ length: matrix.makeProduct(shown, 0).taps }, (_, k) =>
        cellOf(frame, 'right', (column?.row ?? 0) + k, column?.col ?? 0),
      );
      assert.equal(column?.col, n);
      assert.deepEqual(
        [
          ...new Set(ofColumn.filter((found) => found !== null).map(({ row, col }) => `${row},${col}`)),
        ].sort(),
        expected,
      );
      const sheet = framed(shown, 'sparse', { activeCell: { cell, pinned: false } });
      const sides = (sheet.highlights?.related ?? [])
        .filter((block) => block.pane === 'input')
        .map(({ col }) => `${Math.floor(col / width)},${col % width}`);
      assert.deepEqual([...new Set(sides)].sort(), expected);
      if (layer.circular) continue;
      const { inputs } = findRelations(shown, cell, { row: 0, col: 0 });
      const inside = (lines: number[], ring: number, count: number) =>
        lines.map((at) => at - ring).filter((at) => at >= 0 && at < count);
      const stage = inside(inputs?.plane.rows ?? [], shown.plane.top, height).flatMap((a) =>
        inside(inputs?.plane.cols ?? [], shown.plane.left, width).map((b) => `${a},${b}`),
      );
      assert.deepEqual(stage.sort(), expected);
    }
  });
}

test("the transpose of a convolution's matrix is the matrix of the transposed convolution", () => {
  const turned = (layer: Layer, over: boolean) => {
    const { shapes } = build(layer).summary;
    return Array.from({ length: shapes.output[1] * shapes.output[2] }, (_, r) => rowEntries(build(layer), r))
      .flatMap((entries, r) => entries.map(({ col, u, v }) => (over ? [col, r, u, v] : [r, col, u, v])))
      .map(String)
      .sort();
  };
  for (const [size, back, kernel, stride, padding] of [
    [[3, 3], [2, 2], [2, 2], 1, 0],
    [[7, 7], [4, 4], [3, 3], 2, 1],
    [[8, 6], [4, 3], [2, 2], 2, 0],
  ] as const) {
    const same = { channels: 1, outputs: 1, kernel: [...kernel] as [number, number], stride, padding };
    assert.deepEqual(
      turned({ ...same, size: [...size] }, true),
      turned({ ...same, kind: 'conv_transpose2d', size: [...back] }, false),
    );
  }
});

test('of a large layer no more than what is in sight is looked at, and it follows the window', () => {
  const shown = build({ channels: 64, outputs: 64, size: [56, 56], kernel: [3, 3], padding: 1 });
  const clock = {
    outChannels: 64,
    windows: 3136,
    width: 4,
    channels: 64,
    taps: 9,
    granularity: 'channel' as const,
  };
  const next = makeRandom(3);
  for (let round = 0; round < 40; round++) {
    const at = positionAt(clock, next(64 * 3136 * 65));
    for (const view of ['matrix', 'sparse'] as const) {
      const frame = framed(shown, view, { position: at, width: 1216, height: 320, granularity: 'channel' });
      const seen = Object.values<MatrixPane>(frame.panes).map(visibleCells);
      assert.ok(
        seen.reduce((cells, { top, left, bottom, right }) => cells + (bottom - top) * (right - left), 0) <
          60_000,
      );
      const pane = Object.entries<MatrixPane>(frame.panes).find(([name]) => /right|matrix/.test(name))?.[1];
      assert.ok(pane);
      const { top, left, bottom, right } = visibleCells(pane);
      const [low, high] = view === 'matrix' ? [left, right] : [top, bottom];
      assert.ok(at.window >= low && at.window < high);
      const [x, y] = [pane.place.x + next(pane.place.width), pane.place.y + next(pane.place.height)];
      const cell = hitTestFrame(frame, x, y);
      if (cell)
        assert.ok(
          findCellRects(frame, cell).some(
            (rect) => x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height,
          ),
        );
    }
  }
});

test('a cell that is asked from elsewhere comes into sight, unless the reader scrolled', () => {
  const shown = build({ channels: 8, outputs: 8, size: [40, 40], kernel: [3, 3], padding: 1 });
  const cell: Cell = { grid: 'input', channel: 7, row: 30, col: 30 };
  for (const view of ['matrix', 'sparse'] as const) {
    const size = { width: 1216, height: 320 };
    assert.ok(
      findCellRects(framed(shown, view, { ...size, activeCell: { cell, pinned: false } }), cell).length > 0,
    );
    const frame = framed(shown, view, size);
    const away = { key: frame.viewportKey, cell: null, at: { o: 0, k: 0, n: 5, r: 5, c: 0 } };
    const scrolled = framed(shown, view, {
      ...size,
      following: false,
      viewport: away,
      activeCell: { cell, pinned: true },
      inChannel: 7,
    });
    assert.equal(findCellRects(scrolled, cell).length, 0);
  }
});
