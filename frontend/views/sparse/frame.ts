/**
 * The layer as a sparse matrix: for one output and one input channel, a row per output cell and a column per
 * input cell, the kernel's weights where a row reads a column, nothing elsewhere. Or its transpose. Pure.
 */

import { inputChannelsOf, kernelSize } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import type { FrameRequest, Highlights, MatrixPane } from '../shared/matrix_viewport.ts';
import {
  clampCellSize,
  firstVisible,
  hitTestPane,
  makeBlock,
  scrollToBlock,
  visibleCells,
  visibleRects,
} from '../shared/matrix_viewport.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';

type PaneName = 'kernel' | 'matrix' | 'input' | 'output';

/** A weight of a row; two may share a column where padding borrows. */
export interface SparseEntry {
  col: number;
  u: number;
  v: number;
}

/** channel: the input channel shown, index: its position in the step; row: the output cell at work. */
export type SparseFrame = Omit<FrameRequest, 'wantedView'> & {
  view: 'sparse';
  panes: Record<PaneName, MatrixPane>;
  layout: { width: number; height: number; narrow: boolean };
  cell: number;
  least: number;
  channel: number;
  index: number;
  row: number;
  placedCount: number;
  staticKey: string;
  key: string;
  question: { cell: Cell; lights: Highlights; pinned: boolean } | null;
};

const NARROW = 800;
const HEADER = 46;
const LARGEST_SLICE = 44;

/** A whole matrix is shown down to this cell; beyond it, what a row reads is. */
const STRUCTURE = 6;

/** The strips beside the matrix are at least this thick. */
const STRIP = 16;
const GAP = 8;

/** The weights of row r. */
export function rowEntries({ summary, taps }: SceneModel, r: number): SparseEntry[] {
  const [, , width] = summary.shapes.input;
  const outWidth = summary.shapes.output[2];
  const rows = taps.rows[Math.floor(r / outWidth)] ?? [];
  const cols = taps.cols[r % outWidth] ?? [];
  return rows.flatMap((a, u) =>
    a < 0 ? [] : cols.flatMap((b, v) => (b < 0 ? [] : [{ col: a * width + b, u, v }])),
  );
}

export function makeFrame(asked: FrameRequest): SparseFrame {
  const { model, position, transposed } = asked;
  const { input, weight, output } = model.summary.shapes;
  const key = `sparse/${input}/${weight}/${output}/${transposed}`;
  const sight = asked.sight.key === key ? asked.sight : { cell: null, at: {} };
  const index = shownChannelIndex(asked);
  const channel = inputChannelsOf(model.summary, position.outChannel)[index] ?? 0;
  const at = place(model, asked.width, asked.height, transposed, sight.cell);
  const need = { r: position.window, c: firstRead(model, position.window) };
  const followed = panesOf(model, at, transposed, asked.following ? {} : sight.at, need);
  const lights =
    asked.activeCell &&
    findHighlights(
      model,
      {
        channel,
        transposed,
        outChannel: position.outChannel,
        row: position.window,
        seen: visibleOutputs(followed, transposed),
      },
      asked.activeCell.cell,
    );
  const panes =
    asked.following && lights && !visibleRects({ panes: followed }, lights).length
      ? (scrollToBlock(followed, lights.self[0]) as Record<PaneName, MatrixPane>)
      : followed;
  return {
    ...asked,
    ...at,
    view: 'sparse',
    panes,
    channel,
    index,
    key,
    row: position.window,
    placedCount: position.window + (position.place === 1 ? 1 : 0),
    question: asked.activeCell && lights && { ...asked.activeCell, lights },
    staticKey: [
      key,
      model.summary.id,
      position.outChannel,
      channel,
      at.cell,
      asked.theme,
      asked.width,
      asked.height,
      asked.ratio,
      ...Object.values(panes).flatMap(({ top, left }) => [top, left]),
    ].join(),
  };
}

/** The position of the channel asked about, of the one time is at, or of the reader's. */
export function shownChannelIndex({
  model,
  position,
  activeCell,
  following,
  granularity,
  inChannel,
}: Pick<FrameRequest, 'model' | 'position' | 'activeCell' | 'following' | 'granularity' | 'inChannel'>) {
  const inputs = inputChannelsOf(model.summary, position.outChannel);
  const wanted =
    activeCell && activeCell.cell.grid !== 'output' ? inputs.indexOf(activeCell.cell.channel) : -1;
  if (wanted >= 0) return wanted;
  const working = position.active >= 0 ? position.active : Math.max(position.channels - 1, 0);
  return Math.min(following && granularity !== 'window' ? working : inChannel, inputs.length - 1);
}

/** The first column that row r reads, so that it is in sight. */
function firstRead(model: SceneModel, r: number) {
  return rowEntries(model, r)[0]?.col ?? 0;
}

function place(model: SceneModel, width: number, height: number, transposed: boolean, wish: number | null) {
  const { input, output } = model.summary.shapes;
  const sizes = [output[1] * output[2], input[1] * input[2]];
  const [rows, cols] = (transposed ? sizes.reverse() : sizes) as [number, number];
  const [kH, kW] = kernelSize(model.summary);
  const narrow = width < NARROW;
  const slice = Math.floor(
    Math.min(
      narrow ? 32 : LARGEST_SLICE,
      Math.max((height - HEADER) / kH, READABLE_CELL),
      (narrow ? width - 8 : width * 0.22) / kW,
    ),
  );
  const left = narrow ? 4 : kW * slice + 64;
  const top = narrow ? 30 + kH * slice + 44 : HEADER;
  const freeWidth = width - left - (narrow ? 14 : 72) - GAP;
  const freeHeight = (narrow ? 420 : Math.max(height - HEADER - 10, 140)) - GAP;
  const readable = Math.floor(Math.min(narrow ? 32 : 44, freeWidth / (cols + 1), freeHeight / (rows + 1)));
  const fit = Math.max(
    readable,
    Math.floor(Math.min(STRIP, (freeWidth - STRIP) / cols, (freeHeight - STRIP) / rows)),
  );
  const span = Math.min(cols, rowSpan(model));
  const usual =
    fit >= STRUCTURE ? fit : Math.floor(Math.min(Math.max((freeWidth - STRIP) / span, 3), READABLE_CELL / 2));
  const least = Math.max(Math.min(fit, READABLE_CELL), 1);
  const cell = clampCellSize(wish, usual, least);
  const strip = Math.max(cell, STRIP);
  const across = Math.max(1, Math.min(cols, Math.floor((freeWidth - strip) / cell)));
  const down = Math.max(1, Math.min(rows, Math.floor((freeHeight - strip) / cell)));
  const air = narrow ? 0 : Math.round(Math.max(freeWidth - strip - across * cell, 0) / 3);
  const matrix = { x: left + air, y: top + strip + GAP, width: across * cell, height: down * cell };
  const bottom = matrix.y + matrix.height + 12;
  const middle = top + (matrix.y + matrix.height - top) / 2;
  return {
    cell,
    least,
    slice,
    strip,
    layout: { width, height: narrow ? bottom : Math.max(height, bottom), narrow },
    rects: {
      kernel: {
        x: narrow ? 4 : 20 + Math.round(air / 2),
        y: narrow ? 30 : Math.round(Math.max(HEADER, middle - (kH * slice) / 2)),
        width: kW * slice,
        height: kH * slice,
      },
      matrix,
      above: { ...matrix, y: top, height: strip },
      beside: { ...matrix, x: matrix.x + matrix.width + GAP, width: strip },
    },
  };
}

/** How far the columns that one row reads lie apart. */
function rowSpan(model: SceneModel) {
  const [, height, width] = model.summary.shapes.output;
  const cols = rowEntries(model, Math.floor(height / 2) * width + Math.floor(width / 2)).map(
    ({ col }) => col,
  );
  return cols.length ? Math.max(...cols) - Math.min(...cols) + 3 : 1;
}

function panesOf(
  { summary, subject }: SceneModel,
  { cell, slice, strip, rects }: ReturnType<typeof place>,
  transposed: boolean,
  wish: Record<string, number>,
  need: { r: number; c: number },
): Record<PaneName, MatrixPane> {
  const { input, output } = summary.shapes;
  const counts = { r: output[1] * output[2], c: input[1] * input[2] };
  const [down, right] = (transposed ? ['c', 'r'] : ['r', 'c']) as ['r' | 'c', 'r' | 'c'];
  const first = (axis: 'r' | 'c', length: number) =>
    firstVisible(counts[axis], Math.round(length / cell), need[axis], wish[axis]);
  const top = first(down, rects.matrix.height);
  const left = first(right, rects.matrix.width);
  const above: MatrixPane = {
    rows: 1,
    cols: counts[right],
    top: 0,
    left,
    place: rects.above,
    size: [strip, cell],
    axes: [null, right],
  };
  const beside: MatrixPane = {
    rows: counts[down],
    cols: 1,
    top,
    left: 0,
    place: rects.beside,
    size: [cell, strip],
    axes: [down, null],
  };
  return {
    kernel: {
      rows: subject.kernel[0],
      cols: subject.kernel[1],
      top: 0,
      left: 0,
      place: rects.kernel,
      size: [slice, slice],
      axes: [null, null],
    },
    matrix: {
      rows: counts[down],
      cols: counts[right],
      top,
      left,
      place: rects.matrix,
      size: [cell, cell],
      axes: [down, right],
    },
    input: transposed ? beside : above,
    output: transposed ? above : beside,
  };
}

/** First and one past the last output cell in sight. */
export function visibleOutputs(
  { matrix }: Record<PaneName, MatrixPane>,
  transposed: boolean,
): [number, number] {
  const { top, left, bottom, right } = visibleCells(matrix);
  return transposed ? [left, right] : [top, bottom];
}

/** What stands in a pane's cell. */
export function cellOf(
  { model, channel, position, transposed }: SparseFrame,
  pane: string,
  row: number,
  col: number,
): Cell | null {
  const { input, output } = model.summary.shapes;
  if (pane === 'kernel') return { grid: 'weight', channel, row, col };
  if (pane === 'input')
    return { grid: 'input', channel, row: Math.floor((row + col) / input[2]), col: (row + col) % input[2] };
  if (pane === 'output')
    return {
      grid: 'output',
      channel: position.outChannel,
      row: Math.floor((row + col) / output[2]),
      col: (row + col) % output[2],
    };
  const [r, c] = transposed ? [col, row] : [row, col];
  const found = rowEntries(model, r).find((entry) => entry.col === c);
  return found ? { grid: 'weight', channel, row: found.u, col: found.v } : null;
}

/**
 * Where a cell stands and what it has to do with the rest; a weight's many places as far as they are in
 * sight.
 */
export function findHighlights(
  model: SceneModel,
  {
    channel,
    transposed,
    outChannel,
    row: at,
    seen,
  }: { channel: number; transposed: boolean; outChannel: number; row: number; seen: [number, number] },
  cell: Cell,
): Highlights {
  const { input, output } = model.summary.shapes;
  const entry = (r: number, c: number) =>
    transposed ? makeBlock('matrix', c, r) : makeBlock('matrix', r, c);
  const inputCell = (c: number) => (transposed ? makeBlock('input', c, 0) : makeBlock('input', 0, c));
  const outputCell = (r: number) => (transposed ? makeBlock('output', 0, r) : makeBlock('output', r, 0));
  if (cell.channel !== (cell.grid === 'output' ? outChannel : channel)) return { self: [], related: [] };
  if (cell.grid === 'output') {
    const r = cell.row * output[2] + cell.col;
    return {
      self: [outputCell(r)],
      related: rowEntries(model, r).flatMap(({ col }) => [entry(r, col), inputCell(col)]),
    };
  }
  if (cell.grid === 'input') {
    const c = cell.row * input[2] + cell.col;
    return {
      self: [inputCell(c)],
      related: findReachedOutputs(model, cell.row, cell.col).flatMap(({ row, col }) => [
        entry(row * output[2] + col, c),
        outputCell(row * output[2] + col),
      ]),
    };
  }
  const slice = makeBlock('kernel', cell.row, cell.col);
  const ofWeight = ({ u, v }: SparseEntry) => u === cell.row && v === cell.col;
  if (cell.grid === 'tap') {
    const reads = rowEntries(model, at).filter(ofWeight);
    return {
      self: reads.map(({ col }) => entry(at, col)),
      related: [slice, ...reads.map(({ col }) => inputCell(col)), outputCell(at)],
    };
  }
  const rows = Array.from({ length: seen[1] - seen[0] }, (_, k) => seen[0] + k);
  return {
    self: [
      slice,
      ...rows.flatMap((r) =>
        rowEntries(model, r)
          .filter(ofWeight)
          .map(({ col }) => entry(r, col)),
      ),
    ],
    related: [],
  };
}

export function hitTest(frame: SparseFrame, x: number, y: number): Cell | null {
  const found = hitTestPane(frame.panes, x, y);
  return found && cellOf(frame, found.name, found.row, found.col);
}

/** Where a cell is, as far as it is in sight. */
export function cellRects(frame: SparseFrame, cell: Cell): Rect[] {
  const { model, channel, transposed, position, row, panes } = frame;
  return visibleRects(
    frame,
    findHighlights(
      model,
      { channel, transposed, outChannel: position.outChannel, row, seen: visibleOutputs(panes, transposed) },
      cell,
    ),
  );
}
