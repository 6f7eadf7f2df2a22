/**
 * The layer as a matrix product: the kernel, a row per output channel, times the unrolled windows, a column
 * each. Of the unrolled windows no more is ever looked up than is in sight. Pure.
 */

import { inputChannelsOf, weightOffset } from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import type { Cell } from '../../model/relations.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { FrameRequest, Highlights, MatrixPane } from '../shared/matrix_viewport.ts';
import {
  clampCellSize,
  firstVisible,
  hitTestPane,
  LARGEST_CELL,
  makeBlock,
  scrollToBlock,
  visibleRects,
} from '../shared/matrix_viewport.ts';
import { charactersIn, decimalsThatFit, READABLE_CELL } from '../shared/text_fit.ts';

/** Of the group of the output channel shown: its channels. */
interface MatrixProduct {
  taps: number;
  kW: number;
  inputs: number[];
  outputs: number[];
  /** Kernel columns = rows of the unrolled windows. */
  depth: number;
  windows: number;
  /** Windows in a row of the output. */
  width: number;
}

type PaneName = 'kernel' | 'columns' | 'products' | 'product';

/** row: of the output channel shown, in its group; placed: output cells of that channel that stand. */
export type MatrixFrame = Omit<FrameRequest, 'step' | 'wantedView'> & {
  view: 'matrix';
  product: MatrixProduct;
  panes: Record<PaneName, MatrixPane>;
  layout: { width: number; height: number; narrow: boolean };
  cell: number;
  least: number;
  signs: { times: Point; equals: Point };
  row: number;
  window: number;
  placedCount: number;
  step: Step | null;
  printed: Ledger | null;
  staticKey: string;
  key: string;
  question: { cell: Cell; lights: Highlights; pinned: boolean } | null;
};

interface Point {
  x: number;
  y: number;
}

const NARROW = 800;
const COMFORT = 28;
const HEADER = 46;
const SIGN = 34;
const SUM = 62;
const LABEL = 34;

/** On a phone the panes stand below one another; this many rows of the unrolled windows at most. */
const NARROW_ROWS = 14;
const NARROW_OUTPUTS = 6;

export function makeProduct({ summary, subject }: SceneModel, o: number): MatrixProduct {
  const [kH, kW] = subject.kernel;
  const size = summary.shapes.output[0] / (summary.operation.groups ?? 1);
  const first = Math.floor(o / size) * size;
  const inputs = inputChannelsOf(summary, o);
  const [, height, width] = summary.shapes.output;
  return {
    taps: kH * kW,
    kW,
    inputs,
    outputs: Array.from({ length: size }, (_, k) => first + k),
    depth: inputs.length * kH * kW,
    windows: height * width,
    width,
  };
}

/** Whether nothing is unrolled at all: a pixel is a column. */
export function isPointwise({ summary, subject }: SceneModel) {
  const { kind, stride, padding, groups = 1 } = summary.operation;
  const around = Object.values(padding).every((size) => size === 0);
  return (
    kind === 'conv2d' && subject.kernel.join() === '1,1' && stride.join() === '1,1' && around && groups === 1
  );
}

/** Where in the input's numbers row k of window n is, -1 on padding and in holes. */
export function inputIndexOf(
  { summary, taps }: SceneModel,
  { taps: count, kW, inputs, width: outWidth }: MatrixProduct,
): (k: number, n: number) => number {
  const [, height, width] = summary.shapes.input;
  const first = inputs[0] ?? 0;
  return (k, n) => {
    const c = Math.floor(k / count);
    const u = Math.floor((k - c * count) / kW);
    const v = k - c * count - u * kW;
    const i = Math.floor(n / outWidth);
    const row = taps.rows[i]?.[u] ?? -1;
    const col = taps.cols[n - i * outWidth]?.[v] ?? -1;
    return row < 0 || col < 0 ? -1 : ((first + c) * height + row) * width + col;
  };
}

/** Where in the weight's numbers row r (an output channel of the group), column k of the kernel is. */
export function weightIndexOf(
  { summary }: SceneModel,
  { taps, inputs, outputs }: MatrixProduct,
): (r: number, k: number) => number {
  return (r, k) => {
    const c = Math.floor(k / taps);
    return weightOffset(summary, outputs[r] ?? 0, inputs[c] ?? 0) + k - c * taps;
  };
}

export function makeFrame(asked: FrameRequest, previous: MatrixFrame | null = null): MatrixFrame {
  const { model, position } = asked;
  const product = makeProduct(model, position.outChannel);
  const { input, weight, output } = model.summary.shapes;
  const key = ['matrix', input, weight, output].join('/');
  const sight = asked.sight.key === key ? asked.sight : { cell: null, at: {} };
  const at = place(product, asked.width, asked.height, sight.cell);
  const row = position.outChannel - (product.outputs[0] ?? 0);
  const followed = panesOf(product, at, asked.following ? {} : sight.at, {
    o: row,
    k: working(product, position),
    n: position.window,
  });
  const lights =
    asked.activeCell && findHighlights(model, product, asked.activeCell.cell, row, position.window);
  const panes =
    asked.following && lights && !visibleRects({ panes: followed }, lights).length
      ? (scrollToBlock(followed, lights.self[0]) as Record<PaneName, MatrixPane>)
      : followed;
  const step = asked.step?.index === position.window ? asked.step : null;
  const known = product.outputs.filter((o) => o < position.outChannel && asked.outputs.has(o)).length;
  return {
    ...asked,
    ...at,
    view: 'matrix',
    product,
    panes,
    row,
    window: position.window,
    key,
    step,
    placedCount: position.window + (position.place === 1 ? 1 : 0),
    printed: step && printStep(step, model, position.outChannel, product, at.cell, previous),
    question: asked.activeCell && lights && { ...asked.activeCell, lights },
    staticKey: [
      key,
      model.summary.id,
      position.outChannel,
      known,
      at.cell,
      asked.theme,
      asked.width,
      asked.height,
      asked.ratio,
      asked.outputMax,
      ...Object.values(panes).flatMap(({ top, left }) => [top, left]),
    ].join(),
  };
}

/** The row of the unrolled windows that time is at. */
function working({ taps, depth }: MatrixProduct, { active, products }: Position) {
  return active < 0 ? 0 : Math.min(active * taps + Math.max(Math.ceil(products) - 1, 0), depth - 1);
}

/** How much of row k has been multiplied: 0 … 1. */
export function productProgress(
  { taps }: MatrixProduct,
  { channels, active, products }: Position,
  k: number,
) {
  const c = Math.floor(k / taps);
  if (c < channels) return 1;
  return active === -1 || active === c ? Math.min(Math.max(products - (k - c * taps), 0), 1) : 0;
}

/** The size of a cell and where the panes stand: side by side as an equation, or below one another. */
function place(product: MatrixProduct, width: number, height: number, wish: number | null) {
  return width < NARROW ? placeNarrow(product, width, wish) : placeWide(product, width, height, wish);
}

function placeWide(
  { depth, windows, outputs }: MatrixProduct,
  width: number,
  height: number,
  wish: number | null,
) {
  const room = Math.max(height - HEADER - 12, 120);
  const free = width - LABEL - SIGN - SUM - 14 - 12;
  const fit = Math.floor(
    Math.min(44, room / Math.max(depth, outputs.length), free / (depth + 2 * windows + 1)),
  );
  const least = Math.max(Math.min(fit, READABLE_CELL), 2);
  const cell = clampCellSize(wish, fit >= READABLE_CELL ? fit : COMFORT, least);
  const beside = Math.max(cell, READABLE_CELL);
  const columns = Math.max(Math.floor((free - beside) / cell), 3);
  const share = Math.max(Math.floor(columns * 0.3), columns - 2 * windows, 1);
  const shown = Math.max(1, Math.min(windows, Math.floor((columns - Math.min(depth, share)) / 2)));
  const across = Math.min(depth, columns - 2 * shown);
  const down = Math.min(depth, Math.max(1, Math.floor(room / cell)));
  const rows = Math.min(outputs.length, Math.max(1, Math.floor(room / cell)));
  const air = Math.min(Math.max(free - beside - (across + 2 * shown) * cell, 0) / 3, 40);
  const used = LABEL + SIGN + SUM + 14 + (across + 2 * shown) * cell + beside + 2 * air;
  const middle = HEADER + Math.max(room - 4, Math.max(down, rows) * cell) / 2;
  let x = Math.max(0, (width - used) / 2) + LABEL;
  const take = (w: number) => {
    const at = x;
    x += w;
    return Math.round(at);
  };
  const rect = (w: number, h: number) => ({ x: take(w), y: Math.round(middle - h / 2), width: w, height: h });
  const sign = (w: number) => ({ x: take(w + air) + (w + air) / 2, y: middle });
  const kernel = rect(across * cell, rows * cell);
  const times = sign(SIGN);
  const unrolledRect = rect(shown * cell, down * cell);
  take(14);
  const products = rect(beside, down * cell);
  const equals = sign(SUM);
  const output = rect(shown * cell, rows * cell);
  return {
    cell,
    least,
    layout: { width, height: Math.max(height, middle * 2 - HEADER + 12), narrow: false },
    rects: { kernel, columns: unrolledRect, products, product: output },
    signs: { times, equals },
  };
}

function placeNarrow({ depth, windows, outputs }: MatrixProduct, width: number, wish: number | null) {
  const free = width - 26 - 12;
  const fit = Math.floor(Math.min(36, (free - 14) / Math.max(depth, windows + 1)));
  const least = Math.max(Math.min(fit, READABLE_CELL), 2);
  const cell = clampCellSize(wish, fit >= READABLE_CELL ? fit : COMFORT, least);
  const beside = Math.max(cell, READABLE_CELL);
  const across = Math.max(1, Math.min(depth, Math.floor(free / cell)));
  const shown = Math.max(1, Math.min(windows, Math.floor((free - beside - 14) / cell)));
  const down = Math.min(depth, Math.max(NARROW_ROWS, Math.floor((NARROW_ROWS * COMFORT) / cell)));
  const rows = Math.min(
    outputs.length,
    Math.max(NARROW_OUTPUTS, Math.floor((NARROW_OUTPUTS * COMFORT) / cell)),
  );
  const left = 26;
  let y = 30;
  const rect = (w: number, h: number, x: number) => ({ x, y, width: w, height: h });
  const kernel = rect(across * cell, rows * cell, left);
  y += rows * cell + 44;
  const columns = rect(shown * cell, down * cell, left);
  const products = rect(beside, down * cell, left + shown * cell + 14);
  y += down * cell + 44;
  const output = rect(shown * cell, rows * cell, left);
  const sign = (above: Rect) => ({ x: 10, y: above.y + above.height / 2 });
  return {
    cell,
    least,
    layout: { width, height: y + rows * cell + 16, narrow: true },
    rects: { kernel, columns, products, product: output },
    signs: { times: sign(columns), equals: sign(output) },
  };
}

function panesOf(
  { depth, windows, outputs }: MatrixProduct,
  { cell, rects }: ReturnType<typeof place>,
  wish: Record<string, number>,
  need: { o: number; k: number; n: number },
): Record<PaneName, MatrixPane> {
  const counts = { o: outputs.length, k: depth, n: windows };
  const pane = (rect: Rect, down: 'o' | 'k', right: 'k' | 'n' | null) => {
    const [high, wide] = [rect.height / cell, rect.width / cell];
    return {
      rows: counts[down],
      cols: right ? counts[right] : 1,
      place: rect,
      size: [cell, right ? cell : rect.width] as [number, number],
      top: firstVisible(counts[down], high, need[down], wish[down]),
      left: right ? firstVisible(counts[right], wide, need[right], wish[right]) : 0,
      axes: [down, right] as [string, string | null],
    };
  };
  return {
    kernel: pane(rects.kernel, 'o', 'k'),
    columns: pane(rects.columns, 'k', 'n'),
    products: pane(rects.products, 'k', null),
    product: pane(rects.product, 'o', 'n'),
  };
}

/** What stands in a pane's cell. */
export function cellOf(
  { model, product, row: shown }: MatrixFrame,
  pane: string,
  row: number,
  col: number,
): Cell | null {
  const { taps, kW, inputs, outputs, width } = product;
  const tap = (grid: 'weight' | 'tap', k: number) => {
    const c = Math.floor(k / taps);
    return { grid, channel: inputs[c] ?? 0, row: Math.floor((k - c * taps) / kW), col: (k - c * taps) % kW };
  };
  if (pane === 'kernel') return row === shown ? tap('weight', col) : null;
  if (pane === 'products') return tap('tap', row);
  if (pane === 'product')
    return { grid: 'output', channel: outputs[row] ?? 0, row: Math.floor(col / width), col: col % width };
  const index = inputIndexOf(model, product)(row, col);
  const [, high, wide] = model.summary.shapes.input;
  return index < 0
    ? null
    : {
        grid: 'input',
        channel: Math.floor(index / (high * wide)),
        row: Math.floor(index / wide) % high,
        col: index % wide,
      };
}

/** Where a cell stands and what it has to do with the rest. shown: row of the output channel shown. */
export function findHighlights(
  model: SceneModel,
  product: MatrixProduct,
  cell: Cell,
  shown: number,
  window: number,
): Highlights {
  const { taps, kW, inputs, outputs, depth, windows, width } = product;
  const c = inputs.indexOf(cell.channel);
  const k = c * taps + cell.row * kW + cell.col;
  if (cell.grid === 'output') {
    const r = outputs.indexOf(cell.channel);
    const n = cell.row * width + cell.col;
    if (r < 0) return { self: [], related: [] };
    return {
      self: [makeBlock('product', r, n)],
      related: [makeBlock('columns', 0, n, depth, 1), makeBlock('kernel', r, 0, 1, depth)],
    };
  }
  if (c < 0) return { self: [], related: [] };
  if (cell.grid === 'weight')
    return { self: [makeBlock('kernel', shown, k)], related: [makeBlock('columns', k, 0, 1, windows)] };
  if (cell.grid === 'tap')
    return {
      self: [makeBlock('products', k, 0)],
      related: [makeBlock('kernel', shown, k), makeBlock('columns', k, window)],
    };
  const places = findReachedOutputs(model, cell.row, cell.col).map(({ row, col, u, v }) => ({
    k: c * taps + u * kW + v,
    n: row * width + col,
  }));
  return {
    self: places.map(({ k: at, n }) => makeBlock('columns', at, n)),
    related: [...new Set(places.map(({ n }) => n))].map((n) => makeBlock('product', 0, n, outputs.length, 1)),
  };
}

export function hitTest(frame: MatrixFrame, x: number, y: number): Cell | null {
  const found = hitTestPane(frame.panes, x, y);
  return found && cellOf(frame, found.name, found.row, found.col);
}

/** Where a cell is, as far as it is in sight. */
export function cellRects(frame: MatrixFrame, cell: Cell): Rect[] {
  return visibleRects(frame, findHighlights(frame.model, frame.product, cell, frame.row, frame.window));
}

/** The step with as many decimals as a cell has room for. */
function printStep(
  step: Step,
  model: SceneModel,
  o: number,
  { inputs }: MatrixProduct,
  cell: number,
  previous: MatrixFrame | null,
) {
  if (previous?.printed && previous.step === step && previous.cell === cell) return previous.printed;
  const decimals = decimalsThatFit(step.products, charactersIn(Math.min(cell, LARGEST_CELL)));
  return makeLedger(step, ledgerLayerOf(model, o, inputs), decimals);
}
