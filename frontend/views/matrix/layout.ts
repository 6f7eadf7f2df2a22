/** The size of a cell and where the panes stand: side by side as an equation, or below one another. Pure. */

import type { Rect } from '../../model/types.ts';
import type { MatrixPane, Panes } from '../shared/matrix_viewport.ts';
import { clampCellSize, firstVisible } from '../shared/matrix_viewport.ts';
import { centerOf } from '../shared/rects.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';
import type { MatrixProduct } from './product.ts';

export type PaneName = 'kernel' | 'columns' | 'products' | 'product';

/** Rows and columns: output channels, rows of the unrolled windows, windows. */
type Axis = 'o' | 'k' | 'n';

export interface MatrixLayout {
  cell: number;
  leastCell: number;
  layout: { width: number; height: number; narrow: boolean };
  rects: Record<PaneName, Rect>;
  /** Middles of the signs between the panes. */
  signs: Record<'times' | 'equals', { x: number; y: number }>;
}

interface Size {
  width: number;
  height: number;
}

const NARROW = 800;

/** The usual cell where numbers of all cells do not fit. */
const USUAL_CELL = 28;

const WIDE = { header: 46, sign: 34, sum: 62, label: 34, gap: 14, margin: 12, maxAir: 40 };

/** On a phone so many rows of the unrolled windows, and of output channels, at most. */
const PHONE = { header: 30, label: 26, gap: 14, between: 44, rows: 14, outputs: 6 };

/** choice: the reader's choice of cell. */
export function makeLayout(product: MatrixProduct, size: Size, choice: number | null): MatrixLayout {
  return size.width < NARROW ? placeNarrow(product, size.width, choice) : placeWide(product, size, choice);
}

/** fit: the cell with which everything is in sight. */
function sizeCell(fit: number, choice: number | null) {
  const leastCell = Math.max(Math.min(fit, READABLE_CELL), 2);
  const cell = clampCellSize(choice, fit >= READABLE_CELL ? fit : USUAL_CELL, leastCell);
  return { cell, leastCell, productsWidth: Math.max(cell, READABLE_CELL) };
}

/** Counts the columns of the kernel (`across`), the windows, the rows (`down`) and the outputs in sight. */
function countVisible(product: MatrixProduct, cell: number, width: number, height: number) {
  const { depth, windows, outputs } = product;
  const columns = Math.max(Math.floor(width / cell), 3);
  const kernelShare = Math.max(Math.floor(columns * 0.3), columns - 2 * windows, 1);
  const visible = Math.max(1, Math.min(windows, Math.floor((columns - Math.min(depth, kernelShare)) / 2)));
  const rows = Math.max(1, Math.floor(height / cell));
  return {
    across: Math.min(depth, columns - 2 * visible),
    windows: visible,
    down: Math.min(depth, rows),
    outputs: Math.min(outputs.length, rows),
  };
}

function placeWide(product: MatrixProduct, { width, height }: Size, choice: number | null): MatrixLayout {
  const { depth, windows, outputs } = product;
  const { header, sign, sum, label, gap, margin, maxAir } = WIDE;
  const room = Math.max(height - header - margin, 120);
  const free = width - label - sign - sum - gap - margin;
  const tallest = Math.max(depth, outputs.length);
  const fit = Math.floor(Math.min(44, room / tallest, free / (depth + 2 * windows + 1)));
  const { cell, leastCell, productsWidth } = sizeCell(fit, choice);
  const visible = countVisible(product, cell, free - productsWidth, room);
  const gridsWidth = (visible.across + 2 * visible.windows) * cell + productsWidth;
  const air = Math.min(Math.max(free - gridsWidth, 0) / 3, maxAir);
  const used = label + sign + sum + gap + gridsWidth + 2 * air;
  const middle = header + Math.max(room - 4, Math.max(visible.down, visible.outputs) * cell) / 2;
  let x = Math.max(0, (width - used) / 2) + label;
  const take = (length: number) => {
    const left = Math.round(x);
    x += length;
    return left;
  };
  const pane = (paneWidth: number, rows: number) => {
    const y = Math.round(middle - (rows * cell) / 2);
    return { x: take(paneWidth), y, width: paneWidth, height: rows * cell };
  };
  const signAt = (length: number) => ({ x: take(length + air) + (length + air) / 2, y: middle });
  const kernel = pane(visible.across * cell, visible.outputs);
  const times = signAt(sign);
  const columns = pane(visible.windows * cell, visible.down);
  take(gap);
  const products = pane(productsWidth, visible.down);
  const equals = signAt(sum);
  const output = pane(visible.windows * cell, visible.outputs);
  return {
    cell,
    leastCell,
    layout: { width, height: Math.max(height, middle * 2 - header + margin), narrow: false },
    rects: { kernel, columns, products, product: output },
    signs: { times, equals },
  };
}

function placeNarrow(product: MatrixProduct, width: number, choice: number | null): MatrixLayout {
  const { depth, windows, outputs } = product;
  const { header, label, gap, between } = PHONE;
  const free = width - label - 12;
  const fit = Math.floor(Math.min(36, (free - gap) / Math.max(depth, windows + 1)));
  const { cell, leastCell, productsWidth } = sizeCell(fit, choice);
  const across = Math.max(1, Math.min(depth, Math.floor(free / cell)));
  const shown = Math.max(1, Math.min(windows, Math.floor((free - productsWidth - gap) / cell)));
  const limit = (rows: number) => Math.max(rows, Math.floor((rows * USUAL_CELL) / cell));
  const columnsHeight = Math.min(depth, limit(PHONE.rows)) * cell;
  const outputsHeight = Math.min(outputs.length, limit(PHONE.outputs)) * cell;
  const kernel = { x: label, y: header, width: across * cell, height: outputsHeight };
  const columnsY = header + outputsHeight + between;
  const columns = { x: label, y: columnsY, width: shown * cell, height: columnsHeight };
  const products = { ...columns, x: label + shown * cell + gap, width: productsWidth };
  const outputY = columnsY + columnsHeight + between;
  const output = { x: label, y: outputY, width: shown * cell, height: outputsHeight };
  return {
    cell,
    leastCell,
    layout: { width, height: outputY + outputsHeight + 16, narrow: true },
    rects: { kernel, columns, products, product: output },
    signs: { times: { x: 10, y: centerOf(columns).y }, equals: { x: 10, y: centerOf(output).y } },
  };
}

/** first: the reader's choice of the first in sight; needed: what is in sight otherwise. */
export function makePanes(
  { depth, windows, outputs }: MatrixProduct,
  { cell, rects }: MatrixLayout,
  first: Record<string, number>,
  needed: Record<Axis, number>,
): Panes<PaneName> {
  const counts = { o: outputs.length, k: depth, n: windows };
  const firstOn = (axis: Axis, length: number) =>
    firstVisible(counts[axis], length / cell, needed[axis], first[axis]);
  const pane = (place: Rect, down: Axis, across: Axis | null): MatrixPane => ({
    rows: counts[down],
    cols: across ? counts[across] : 1,
    place,
    size: [cell, across ? cell : place.width],
    top: firstOn(down, place.height),
    left: across ? firstOn(across, place.width) : 0,
    axes: [down, across],
  });
  return {
    kernel: pane(rects.kernel, 'o', 'k'),
    columns: pane(rects.columns, 'k', 'n'),
    products: pane(rects.products, 'k', null),
    product: pane(rects.product, 'o', 'n'),
  };
}
