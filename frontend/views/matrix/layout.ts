/**
 * A matrix product: the size of a cell and where the panes stand. As an equation in one line, or with the
 * product below the columns that it is made of where all is larger so, or all below one another. Pure.
 */

import type { Rect } from '../../model/types.ts';
import type { MatrixPane, Panes } from '../shared/matrix_viewport.ts';
import { clampCellSize, firstVisible } from '../shared/matrix_viewport.ts';
import { LARGEST_CELL, READABLE_CELL, readableCell, typeScale } from '../shared/text_fit.ts';

/**
 * left (rows, depth) @ right (depth, cols) = product (rows, cols); products: one row times one column, term
 * by term; folded: the plane that the product's entries add up to.
 */
export type PaneName = 'left' | 'right' | 'products' | 'product' | 'folded';

/** What panes share, so that they scroll together; i and j: of the plane. */
type Axis = 'row' | 'depth' | 'col' | 'i' | 'j';

export interface ProductSize {
  rows: number;
  depth: number;
  cols: number;
  /** In place of the products: the plane's rows and columns. */
  folded: [rows: number, cols: number] | null;
}

export interface MatrixLayout {
  cell: number;
  leastCell: number;
  layout: { width: number; height: number; narrow: boolean; scale: number };
  /** A pane that is not there has no size. */
  rects: Record<PaneName, Rect>;
  /** Middles of the signs between the panes. */
  signs: Record<'times' | 'equals' | 'folds', { x: number; y: number }>;
  /** Where the line below the panes begins, if there is one. */
  footer: { x: number; y: number };
}

interface Size {
  width: number;
  height: number;
  presenting?: boolean;
}

const NARROW = 800;

/** The usual cell where not all cells are in sight: five characters can be read in it, such as −1.23. */
const USUAL_CELL = readableCell(5);

/** Room for labels: above the columns and, on a large screen, beside the rows. */
const LABELS = { above: 14, beside: 34 };

export function labelRoom({ scale }: { scale: number }) {
  return { above: Math.round(LABELS.above * scale), beside: Math.round(LABELS.beside * scale) };
}

const WIDE = { sign: 34, sum: 62, gap: 14, margin: 12, maxAir: 40, maxBetween: 24 };
/** Headings of two lines above the labels. */
const HEADER = 46;

/** Sizes on a large screen, those of words for the back of a room. */
function wideSizes(size: Size) {
  const scale = typeScale(size);
  const { above, beside } = labelRoom({ scale });
  const footer = Math.round(FOOTER.wide * scale);
  return {
    ...WIDE,
    scale,
    beside,
    footer,
    header: Math.round(HEADER * scale) + above,
    sum: WIDE.sum * scale,
  };
}

/** On a phone so many rows at most, of the right matrix and of the others. */
const PHONE = {
  header: 30 + LABELS.above,
  label: 32,
  gap: 14,
  between: 44 + LABELS.above,
  rows: 14,
  outputs: 6,
};

/** Room for the line below the panes that says what is added up. */
const FOOTER = { wide: 44, narrow: 84 };

/** The share of the width that the plane takes at most. */
const FOLDED_SHARE = 0.22;

const NO_PLACE: Rect = { x: 0, y: 0, width: 0, height: 0 };

/** How much larger cells are to be in two lines, so that an equation is broken. */
const WORTH_TWO_LINES = 1.25;

/** choice: the reader's choice of cell. */
export function makeLayout(product: ProductSize, size: Size, choice: number | null): MatrixLayout {
  if (size.width < NARROW) return placeNarrow(product, size.width, choice);
  const fit = fitInTwoLines(product, size);
  const isWorthIt = fit >= READABLE_CELL && fit >= WORTH_TWO_LINES * fitInOneLine(product, size);
  return isWorthIt && !product.folded
    ? placeInTwoLines(product, size, choice)
    : placeInOneLine(product, size, choice);
}

/** fit: the cell with which everything is in sight. */
function sizeCell(fit: number, choice: number | null, folded: ProductSize['folded']) {
  const leastCell = Math.max(Math.min(fit, READABLE_CELL), 2);
  const cell = clampCellSize(choice, fit >= READABLE_CELL ? fit : USUAL_CELL, leastCell);
  return { cell, leastCell, productsWidth: folded ? 0 : Math.max(cell, READABLE_CELL) };
}

/** Counts the depth that lies across, the columns, the depth that lies down and the rows in sight. */
function countVisible({ rows, depth, cols }: ProductSize, cell: number, width: number, height: number) {
  const columns = Math.max(Math.floor(width / cell), 3);
  const leftShare = Math.max(Math.floor(columns * 0.3), columns - 2 * cols, 1);
  const visible = Math.max(1, Math.min(cols, Math.floor((columns - Math.min(depth, leftShare)) / 2)));
  const lines = Math.max(1, Math.floor(height / cell));
  return {
    across: Math.min(depth, columns - 2 * visible),
    cols: visible,
    down: Math.min(depth, lines),
    rows: Math.min(rows, lines),
  };
}

/** What an equation in one line leaves to its cells. */
function roomInOneLine({ folded }: ProductSize, size: Size) {
  const { width, height } = size;
  const { header, sign, sum, gap, margin, beside, ...wide } = wideSizes(size);
  const footer = folded ? wide.footer : 0;
  const equals = folded ? sign : sum;
  const between = folded ? sign : gap;
  return {
    footer,
    equals,
    between,
    room: Math.max(height - header - margin - footer, 120),
    free: width - 2 * beside - sign - equals - between - margin,
  };
}

function fitInOneLine(product: ProductSize, size: Size) {
  const { rows, depth, cols, folded } = product;
  const { room, free } = roomInOneLine(product, size);
  const tallest = Math.max(depth, rows, folded?.[0] ?? 0);
  const across = depth + 2 * cols + (folded?.[1] ?? 1);
  return Math.floor(Math.min(LARGEST_CELL, room / tallest, free / across));
}

function placeInOneLine(product: ProductSize, size: Size, choice: number | null): MatrixLayout {
  const { folded } = product;
  const { width, height } = size;
  const { scale, header, sign, gap, margin, beside, maxAir } = wideSizes(size);
  const { footer, equals, between, room, free } = roomInOneLine(product, size);
  const { cell, leastCell, productsWidth } = sizeCell(fitInOneLine(product, size), choice, folded);
  const plane = folded && foldedSize(folded, cell, free, room);
  const visible = countVisible(product, cell, free - productsWidth - (plane?.width ?? 0), room);
  const gridsWidth = (visible.across + 2 * visible.cols) * cell + productsWidth + (plane?.width ?? 0);
  const air = Math.min(Math.max(free - gridsWidth, 0) / 3, maxAir);
  const used = 2 * beside + sign + equals + between + gridsWidth + 2 * air;
  const tall = Math.max(visible.down, visible.rows) * cell;
  const middle = header + Math.max(room - 4, tall, plane?.height ?? 0) / 2;
  let x = Math.max(0, (width - used) / 2) + beside;
  const take = (length: number) => {
    const left = Math.round(x);
    x += length;
    return left;
  };
  const pane = (paneWidth: number, paneHeight: number) => {
    const y = Math.round(middle - paneHeight / 2);
    return { x: take(paneWidth), y, width: paneWidth, height: paneHeight };
  };
  const signAt = (length: number) => ({ x: take(length + air) + (length + air) / 2, y: middle });
  const left = pane(visible.across * cell, visible.rows * cell);
  const times = signAt(sign);
  take(beside);
  const right = pane(visible.cols * cell, visible.down * cell);
  if (!folded) take(gap);
  const products = folded ? NO_PLACE : pane(productsWidth, visible.down * cell);
  const equalsAt = signAt(equals);
  const result = pane(visible.cols * cell, visible.rows * cell);
  const folds = folded ? { x: take(between) + between / 2, y: middle } : equalsAt;
  const bottom = middle * 2 - header + margin;
  return {
    cell,
    leastCell,
    layout: { width, height: Math.max(height, bottom + footer), narrow: false, scale },
    rects: {
      left,
      right,
      products,
      product: result,
      folded: plane ? pane(plane.width, plane.height) : NO_PLACE,
    },
    signs: { times, equals: equalsAt, folds },
    footer: { x: left.x, y: bottom + 10 },
  };
}

/** What two lines leave to their cells: the factors and their products above, the product below. */
function roomInTwoLines(size: Size) {
  const { header, sign, gap, margin, beside } = wideSizes(size);
  return {
    room: Math.max(size.height - 2 * header - margin, 120),
    free: size.width - 2 * beside - sign - gap - margin,
  };
}

function fitInTwoLines({ rows, depth, cols }: ProductSize, size: Size) {
  const { room, free } = roomInTwoLines(size);
  return Math.floor(Math.min(LARGEST_CELL, room / (Math.max(depth, rows) + rows), free / (depth + cols + 1)));
}

function placeInTwoLines(product: ProductSize, size: Size, choice: number | null): MatrixLayout {
  const { rows, depth, cols } = product;
  const { width, height } = size;
  const { scale, header, sign, sum, gap, margin, beside, maxBetween } = wideSizes(size);
  const { room, free } = roomInTwoLines(size);
  const { cell, leastCell, productsWidth } = sizeCell(fitInTwoLines(product, size), choice, null);
  const columns = Math.max(Math.floor((free - productsWidth) / cell), 2);
  const across = Math.min(depth, Math.max(Math.floor(columns * 0.3), columns - cols, 1));
  const visible = Math.max(1, Math.min(cols, columns - across));
  const lines = Math.max(Math.floor(room / cell), 2);
  const half = Math.floor(lines / 2);
  const down = Math.min(depth, lines - Math.min(rows, half));
  const shown = Math.min(rows, half, Math.max(lines - down, 1));
  const tall = Math.max(down, shown) * cell;
  const used = 2 * beside + sign + (across + visible) * cell + gap + productsWidth;
  const x = Math.round(Math.max(0, (width - used) / 2)) + beside;
  const spare = Math.max(0, height - 2 * header - margin - tall - shown * cell);
  const between = header + Math.round(Math.min(spare / 6, maxBetween));
  const y = header + Math.round((spare - between + header) / 2);
  const pane = (left: number, paneWidth: number, paneHeight: number) => {
    const top = y + Math.round((tall - paneHeight) / 2);
    return { x: left, y: top, width: paneWidth, height: paneHeight };
  };
  const left = pane(x, across * cell, shown * cell);
  const right = pane(left.x + left.width + sign + beside, visible * cell, down * cell);
  const products = pane(right.x + right.width + gap, productsWidth, down * cell);
  const result = { ...right, y: y + tall + between, height: shown * cell };
  const middle = y + tall / 2;
  return {
    cell,
    leastCell,
    layout: { width, height: Math.max(height, result.y + result.height + margin), narrow: false, scale },
    rects: { left, right, products, product: result, folded: NO_PLACE },
    signs: {
      times: { x: left.x + left.width + sign / 2, y: middle },
      equals: { x: result.x - beside - sum / 2, y: result.y + result.height / 2 },
      folds: { x: 0, y: 0 },
    },
    footer: { x: left.x, y: result.y + result.height + margin },
  };
}

/** The part of the plane in sight, in whole cells. */
function foldedSize([rows, cols]: [number, number], cell: number, free: number, room: number) {
  const across = Math.max(Math.floor((free * FOLDED_SHARE) / cell), 1);
  const down = Math.max(Math.floor(room / cell), 1);
  return { width: Math.min(cols, across) * cell, height: Math.min(rows, down) * cell };
}

function placeNarrow(product: ProductSize, width: number, choice: number | null): MatrixLayout {
  const { rows, depth, cols, folded } = product;
  const { header, label, gap, between } = PHONE;
  const free = width - label - 12;
  const beside = folded ? 0 : gap;
  const fit = Math.floor(Math.min(36, (free - beside) / Math.max(depth, cols + (folded ? 0 : 1))));
  const { cell, leastCell, productsWidth } = sizeCell(fit, choice, folded);
  const across = Math.max(1, Math.min(depth, Math.floor(free / cell)));
  const shown = Math.max(1, Math.min(cols, Math.floor((free - productsWidth - beside) / cell)));
  const limit = (lines: number) => Math.max(lines, Math.floor((lines * USUAL_CELL) / cell));
  const rightHeight = Math.min(depth, limit(PHONE.rows)) * cell;
  const leftHeight = Math.min(rows, limit(PHONE.outputs)) * cell;
  const left = { x: label, y: header, width: across * cell, height: leftHeight };
  const rightY = header + leftHeight + between;
  const right = { x: label, y: rightY, width: shown * cell, height: rightHeight };
  const products = folded ? NO_PLACE : { ...right, x: label + shown * cell + gap, width: productsWidth };
  const resultY = rightY + rightHeight + between;
  const result = { x: label, y: resultY, width: shown * cell, height: leftHeight };
  const planeY = resultY + leftHeight + between;
  const plane = folded && {
    x: label,
    y: planeY,
    width: Math.min(folded[1], Math.floor(free / cell)) * cell,
    height: Math.min(folded[0], limit(PHONE.rows)) * cell,
  };
  const bottom = (plane ?? result).y + (plane ?? result).height + 16;
  return {
    cell,
    leastCell,
    layout: { width, height: bottom + (folded ? FOOTER.narrow : 0), narrow: true, scale: 1 },
    rects: { left, right, products, product: result, folded: plane ?? NO_PLACE },
    // Beside the headings: beside the panes stand labels.
    signs: {
      times: { x: 12, y: right.y - LABELS.above - 13 },
      equals: { x: 12, y: result.y - LABELS.above - 13 },
      folds: { x: 12, y: (plane ?? result).y - 13 },
    },
    footer: { x: 4, y: bottom + 8 },
  };
}

/** The first and the last on an axis. */
export type Range = [first: number, last: number];

/**
 * first: the reader's choice of the first in sight; needed: what is in sight otherwise, of a range as much as
 * there is room for.
 */
export function makePanes(
  { rows, depth, cols, folded }: ProductSize,
  { cell, rects }: Pick<MatrixLayout, 'cell' | 'rects'>,
  first: Record<string, number>,
  needed: Partial<Record<Axis, number | Range>>,
): Panes<PaneName> {
  const [i, j] = folded ?? [0, 0];
  const counts = { row: rows, depth, col: cols, i, j };
  const firstOn = (axis: Axis, length: number) => {
    const visible = Math.max(length / cell, 1);
    const [from, to] = [needed[axis] ?? 0].flat();
    const page = Math.floor((from ?? 0) / visible) * visible;
    const start = (to ?? from ?? 0) < page + visible ? page : from;
    return firstVisible(counts[axis], visible, 0, first[axis] ?? start);
  };
  const pane = (place: Rect, down: Axis, across: Axis | null): MatrixPane => ({
    rows: counts[down],
    cols: across ? counts[across] : place.width && 1,
    place,
    size: [cell, across ? cell : place.width],
    top: firstOn(down, place.height),
    left: across ? firstOn(across, place.width) : 0,
    axes: [down, across],
  });
  return {
    left: pane(rects.left, 'row', 'depth'),
    right: pane(rects.right, 'depth', 'col'),
    products: pane(rects.products, 'depth', null),
    product: pane(rects.product, 'row', 'col'),
    folded: pane(rects.folded, 'i', 'j'),
  };
}
