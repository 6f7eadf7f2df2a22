/** Where the sparse matrix, the kernel slice, the input and the output stand. Pure. */

import { kernelSize } from '../../model/geometry.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import type { MatrixPane, Panes } from '../shared/matrix_viewport.ts';
import { clampCellSize, firstVisible } from '../shared/matrix_viewport.ts';
import { LARGEST_CELL, READABLE_CELL, typeScale } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import { rowEntries } from './entries.ts';

/** gradient: of the kernel's slice, where it is made. */
export type PaneName = 'kernel' | 'gradient' | 'matrix' | 'input' | 'output';

/** Output cells, input cells. */
type Axis = 'r' | 'c';

export interface SparseLayout {
  cell: number;
  leastCell: number;
  layout: { width: number; height: number; narrow: boolean; scale: number };
  /** The kernel slice's cell. */
  sliceCell: number;
  /** How thick the strips above and beside the matrix are. */
  strip: number;
  rects: Record<'kernel' | 'gradient' | 'matrix' | 'above' | 'beside', Rect>;
  /** Where the equation of the row at work begins. */
  footer: { x: number; y: number };
}

const NARROW = 800;
const HEADER = 46;
const LARGEST_SLICE_CELL = 64;

/** A whole matrix is shown down to this cell; beyond it, what a row reads is. */
const SMALLEST_WHOLE = 6;

/** The strips beside the matrix are at least this thick. */
const STRIP = 16;
const GAP = 8;

/** Room below the matrix for the equation of the row at work. */
const FOOTER = { wide: 42, narrow: 84 };

/** The width of the slice's heading on a phone, where the gradient stands beside it. */
const NARROW_HEADING = 140;

/** Between the kernel's slice and its gradient, with the heading of the latter. */
const BETWEEN_SLICES = 44;

/** The room for the matrix and its strips, and the kernel slice's cell. slices: see `makeLayout`. */
function makeSizes(request: FrameRequest, slices: number) {
  const { model, width, height } = request;
  const [kH, kW] = kernelSize(model.summary);
  const narrow = width < NARROW;
  const scale = narrow ? 1 : typeScale(request);
  const header = HEADER * scale;
  const footer = FOOTER.wide * scale;
  const maxSlice = narrow ? 32 : LARGEST_SLICE_CELL;
  const [down, across] = narrow ? [1, slices] : [slices, 1];
  const free = height - header - (down - 1) * BETWEEN_SLICES;
  const sliceHeight = Math.max(free / (down * kH), READABLE_CELL);
  const sliceWidth = narrow ? (width - 8 - (across - 1) * BETWEEN_SLICES) / across : width * 0.22;
  const sliceCell = Math.floor(Math.min(maxSlice, sliceHeight, sliceWidth / kW));
  const left = narrow ? 4 : kW * sliceCell + 64;
  return {
    narrow,
    scale,
    header,
    footer,
    sliceCell,
    slice: { width: kW * sliceCell, height: kH * sliceCell },
    left,
    top: narrow ? 30 + kH * sliceCell + 44 : header,
    freeWidth: width - left - (narrow ? 14 : 72 * scale) - GAP,
    freeHeight: (narrow ? 420 : Math.max(height - header - footer - 10, 140)) - GAP,
  };
}

function sizeCell(
  model: SceneModel,
  { narrow, freeWidth, freeHeight }: ReturnType<typeof makeSizes>,
  [rows, cols]: [number, number],
  choice: number | null,
) {
  const readable = Math.floor(
    Math.min(narrow ? 32 : LARGEST_CELL, freeWidth / (cols + 1), freeHeight / (rows + 1)),
  );
  const whole = Math.floor(Math.min(STRIP, (freeWidth - STRIP) / cols, (freeHeight - STRIP) / rows));
  const fit = Math.max(readable, whole);
  const rowWidth = (freeWidth - STRIP) / Math.min(cols, rowSpan(model));
  const usual = fit >= SMALLEST_WHOLE ? fit : Math.floor(Math.min(Math.max(rowWidth, 3), READABLE_CELL / 2));
  const leastCell = Math.max(Math.min(fit, READABLE_CELL), 1);
  return { cell: clampCellSize(choice, usual, leastCell), leastCell };
}

/** How far the columns that one row reads lie apart. */
function rowSpan(model: SceneModel) {
  const [, height, width] = model.summary.shapes.output;
  const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
  const cols = rowEntries(model, middle).map(({ col }) => col);
  return cols.length ? Math.max(...cols) - Math.min(...cols) + 3 : 1;
}

/** choice: the reader's choice of cell. slices: two where the gradient to the kernel is made. */
export function makeLayout(request: FrameRequest, choice: number | null, slices: 1 | 2 = 1): SparseLayout {
  const { model, width, height, transposed } = request;
  const { input, output } = model.summary.shapes;
  const counts = [output[1] * output[2], input[1] * input[2]] as const;
  const [rows, cols] = transposed ? [counts[1], counts[0]] : counts;
  const sizes = makeSizes(request, slices);
  const { narrow, scale, header, footer, sliceCell, slice, left, top, freeWidth, freeHeight } = sizes;
  const { cell, leastCell } = sizeCell(model, sizes, [rows, cols], choice);
  const strip = Math.max(cell, STRIP);
  const across = Math.max(1, Math.min(cols, Math.floor((freeWidth - strip) / cell)));
  const down = Math.max(1, Math.min(rows, Math.floor((freeHeight - strip) / cell)));
  const air = narrow ? 0 : Math.round(Math.max(freeWidth - strip - across * cell, 0) / 3);
  const tallest = top + strip + GAP + down * cell + 12 + footer;
  const drop = narrow ? 0 : Math.round(Math.max(height - tallest, 0) / 3);
  const matrix = { x: left + air, y: top + drop + strip + GAP, width: across * cell, height: down * cell };
  const bottom = matrix.y + matrix.height + 12;
  const middle = top + drop + (matrix.y + matrix.height - top - drop) / 2;
  const tall = slices * slice.height + (slices - 1) * BETWEEN_SLICES;
  const kernel = {
    ...slice,
    x: narrow ? 4 : 20 + Math.round(air / 2),
    y: narrow ? 30 : Math.round(Math.max(header, middle - tall / 2)),
  };
  const gradient = narrow
    ? { ...kernel, x: kernel.x + Math.max(slice.width + BETWEEN_SLICES, NARROW_HEADING) }
    : { ...kernel, y: kernel.y + slice.height + BETWEEN_SLICES };
  return {
    cell,
    leastCell,
    sliceCell,
    strip,
    layout: {
      width,
      height: narrow ? bottom + FOOTER.narrow : Math.max(height, bottom + footer),
      narrow,
      scale,
    },
    footer: { x: narrow ? 4 : matrix.x, y: bottom + 8 },
    rects: {
      kernel,
      gradient: slices > 1 ? gradient : { ...gradient, width: 0, height: 0 },
      matrix,
      above: { ...matrix, y: top + drop, height: strip },
      beside: { ...matrix, x: matrix.x + matrix.width + GAP, width: strip },
    },
  };
}

/** choice: the reader's choice of the first in sight; needed: what is in sight otherwise. */
export function makePanes(
  { model: { summary, subject }, transposed }: FrameRequest,
  { cell, sliceCell, strip, rects }: SparseLayout,
  choice: Record<string, number>,
  needed: Record<Axis, number>,
): Panes<PaneName> {
  const { input, output } = summary.shapes;
  const counts = { r: output[1] * output[2], c: input[1] * input[2] };
  const [down, across]: [Axis, Axis] = transposed ? ['c', 'r'] : ['r', 'c'];
  const first = (axis: Axis, length: number) =>
    firstVisible(counts[axis], Math.round(length / cell), needed[axis], choice[axis]);
  const matrix: MatrixPane = {
    rows: counts[down],
    cols: counts[across],
    top: first(down, rects.matrix.height),
    left: first(across, rects.matrix.width),
    place: rects.matrix,
    size: [cell, cell],
    axes: [down, across],
  };
  const above: MatrixPane = {
    ...matrix,
    rows: 1,
    top: 0,
    place: rects.above,
    size: [strip, cell],
    axes: [null, across],
  };
  const beside: MatrixPane = {
    ...matrix,
    cols: 1,
    left: 0,
    place: rects.beside,
    size: [cell, strip],
    axes: [down, null],
  };
  const kernel: MatrixPane = {
    rows: subject.kernel[0],
    cols: subject.kernel[1],
    top: 0,
    left: 0,
    place: rects.kernel,
    size: [sliceCell, sliceCell],
    axes: [null, null],
  };
  const gradient: MatrixPane =
    rects.gradient.width > 0
      ? { ...kernel, place: rects.gradient }
      : { ...kernel, rows: 0, cols: 0, place: rects.gradient };
  return {
    kernel,
    gradient,
    matrix,
    input: transposed ? beside : above,
    output: transposed ? above : beside,
  };
}
