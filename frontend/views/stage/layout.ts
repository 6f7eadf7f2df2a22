/**
 * Where the stage puts its parts, in CSS pixels. Wide: one sentence per row, the output at the right. Narrow
 * (phones): the sentence is folded, the output stands below. Pure.
 */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';

/** Input … running: of the first visible row. */
export interface StageLayout {
  narrow: boolean;
  width: number;
  height: number;
  /** The size of headings. */
  type: number;
  cell: number;
  kernelCell: number;
  loupeCell: number;
  outputCell: number;
  loupe: boolean;
  /** Rows that fit, the rest scrolls. */
  visible: number;
  rowTop: number;
  rowHeight: number;
  input: Rect;
  loupeRect: Rect;
  kernel: Rect;
  products: Rect;
  sum: Rect;
  running: Rect;
  total: Rect;
  output: Rect;
  bars: Rect | null;
  signs: { times: number; equals: number; sigma: number; y: number };
  sigmaY: number;
  headerY: number;
  /** How many output channels show behind the current one. */
  stack: number;
}

const NARROW = 800;
const MAX_ROWS = 6;
const STACK = 3;
const STACK_STEP = 7;
const BARS = 34;

/** height: of the viewport's part for the stage. */
export function makeLayout(subject: LayoutInput, width: number, height: number): StageLayout {
  return width < NARROW ? narrowLayout(subject, width, height) : wideLayout(subject, width, height);
}

/** What does not depend on the cells, in CSS pixels. most: the largest cell; box: the width of a sum's. */
function wideSizes(width: number, height: number) {
  const most = within(height / 7, 44, 112);
  const type = within(height / 44, 13, 18);
  const small = width < 1000;
  return {
    width,
    most,
    type,
    header: 46,
    gap: 14,
    label: 38,
    sign: small ? 22 : 30,
    arrow: 34,
    way: 46,
    box: within(Math.min(most * 1.5, width / 17), 58, 104),
    plus: small ? 74 : Math.max(92, type * 7),
    rowsHeight: Math.max(height - 46, 110),
  };
}

type Sizes = ReturnType<typeof wideSizes>;
/** loupeCell 0: no loupe. */
interface Cells {
  cell: number;
  kernelCell: number;
  loupeCell: number;
  outputCell: number;
}

/** Columns from left to right: name, width, and its share of what is left over. */
function wideColumns(
  { plane, kernel, output, weighted, outChannels }: LayoutInput,
  sizes: Sizes,
  bars: boolean,
  cells: Cells,
): [string, number, number][] {
  const { sign, box } = sizes;
  const grid = cells.kernelCell * kernel[1];
  const loupe = cells.loupeCell > 0;
  return [
    ['label', sizes.label, 0],
    ['input', cells.cell * plane.cols, 0],
    ['toLoupe', loupe ? sign / 2 : 0, 0],
    ['loupe', cells.loupeCell * kernel[1], 0],
    ['times', weighted ? sign : 0, weighted ? 1 : 0],
    ['kernel', weighted ? grid : 0, 0],
    ['equals', sign, 1],
    ['products', grid, 0],
    ['sigma', sign, 1],
    ['sum', box, 0],
    ['arrow', weighted ? sizes.arrow : 0, weighted ? 1 : 0],
    ['running', weighted ? box : 0, 0],
    ['bars', bars ? BARS : 0, 0],
    ['plus', weighted ? sizes.plus : 0, 0],
    ['total', weighted ? box : 0, 0],
    ['way', sizes.way, 2],
    ['output', cells.outputCell * output[1], 0],
    ['stack', stackOf(outChannels) * STACK_STEP, 0],
  ];
}

function widthOf(columns: [string, number, number][]) {
  return columns.reduce((sum, [, width]) => sum + width, 0);
}

function spareWidth(subject: LayoutInput, sizes: Sizes, bars: boolean) {
  return (
    sizes.width -
    widthOf(wideColumns(subject, sizes, bars, { cell: 0, kernelCell: 0, loupeCell: 0, outputCell: 0 }))
  );
}

/** How many rows fit with kernels, or at least loupes, that can be read. */
function wideVisible(subject: LayoutInput, sizes: Sizes) {
  const { kernel, channels, least } = subject;
  const [kernels = 0, loupe = 0] = wideShares(subject, spareWidth(subject, sizes, true));
  const widest = kernels >= READABLE_CELL ? kernels : loupe >= READABLE_CELL ? loupe : 0;
  const needed = within(kernel[0] * Math.min(least, widest), 56, 250);
  return within(Math.floor(sizes.rowsHeight / (needed + sizes.gap)), 1, Math.min(channels, MAX_ROWS));
}

/** The width of a kernel's cell, and of a loupe's where the kernel cannot be read. */
function wideShares({ kernel, weighted }: LayoutInput, spare: number) {
  return [(spare * (weighted ? 0.2 : 0.3)) / kernel[1], weighted ? (spare * 0.32) / kernel[1] : 0];
}

/** inner: the height of a row's grids. */
function wideCells(subject: LayoutInput, sizes: Sizes, inner: number, bars: boolean): Cells {
  const { plane, kernel, output, weighted, gathered, outChannels } = subject;
  const spare = spareWidth(subject, sizes, bars);
  const [kernels = 0, loupes = 0] = wideShares(subject, spare);
  const readable = kernels >= READABLE_CELL || loupes < READABLE_CELL;
  const kernelCell = Math.floor(
    Math.min(sizes.most, inner / kernel[0], readable ? kernels : (spare * 0.11) / kernel[1]),
  );
  const grids = (weighted ? 2 : 1) * kernelCell * kernel[1];
  const cellBeside = (loupe: number) =>
    whole(Math.min(sizes.most, inner / plane.rows, ((spare - grids - loupe) * 0.54) / plane.cols));
  const large = readable ? kernelCell : Math.floor(Math.min(sizes.most, inner / kernel[0], loupes));
  const loupeCell = gathered || (weighted && cellBeside(0) < READABLE_CELL) ? large : 0;
  const beside = loupeCell ? loupeCell * kernel[1] + sizes.sign / 2 : 0;
  const cell = cellBeside(beside);
  const left = spare - grids - beside - cell * plane.cols;
  const high = sizes.rowsHeight - sizes.gap - stackOf(outChannels) * STACK_STEP;
  return {
    cell,
    kernelCell,
    loupeCell,
    outputCell: whole(Math.min(sizes.most * 1.3, high / output[0], left / output[1])),
  };
}

/** The columns' left edges; what is left over goes between them, evenly. */
function flowed(
  columns: [string, number, number][],
  width: number,
): Record<string, { x: number; width: number; middle: number }> {
  const shares = columns.reduce((sum, [, , share]) => sum + share, 0);
  const air = within((width - widthOf(columns)) / shares, 0, 54);
  let x = Math.max(0, (width - widthOf(columns) - air * shares) / 2);
  return Object.fromEntries(
    columns.map(([name, own, share]) => {
      const place = { x, width: own + air * share, middle: x + (own + air * share) / 2 };
      x += place.width;
      return [name, place];
    }),
  );
}

function wideLayout(subject: LayoutInput, width: number, height: number): StageLayout {
  const { plane, kernel, channels, output, outChannels } = subject;
  const sizes = wideSizes(width, height);
  const visible = wideVisible(subject, sizes);
  const rowHeight = sizes.rowsHeight / visible;
  const inner = rowHeight - sizes.gap;
  const cells = wideCells(subject, sizes, inner, channels > visible);
  const at = flowed(wideColumns(subject, sizes, channels > visible, cells), width);
  const middle = sizes.header + inner / 2;
  const grid = (name: string, cell: number, rows: number, cols: number) => ({
    x: at[name]?.x ?? 0,
    y: middle - (cell * rows) / 2,
    width: cell * cols,
    height: cell * rows,
  });
  const boxHeight = Math.min(Math.max(30, sizes.most * 0.8), inner, 60);
  const box = (name: string) => ({
    x: at[name]?.x ?? 0,
    y: middle - boxHeight / 2,
    width: sizes.box,
    height: boxHeight,
  });
  const rest = sizes.rowsHeight - sizes.gap;
  const outHeight = cells.outputCell * output[0];
  return {
    ...cells,
    narrow: false,
    width,
    height,
    type: sizes.type,
    loupe: cells.loupeCell > 0,
    visible,
    rowTop: sizes.header,
    rowHeight,
    input: grid('input', cells.cell, plane.rows, plane.cols),
    loupeRect: grid('loupe', cells.loupeCell, ...kernel),
    kernel: grid('kernel', cells.kernelCell, ...kernel),
    products: grid('products', cells.kernelCell, ...kernel),
    sum: box('sum'),
    running: box('running'),
    total: box('total'),
    output: {
      ...grid('output', cells.outputCell, ...output),
      y: sizes.header + Math.max((rest - outHeight) / 2, stackOf(outChannels) * STACK_STEP),
    },
    bars:
      channels > visible
        ? { x: (at.bars?.x ?? 0) + 12, y: sizes.header, width: BARS - 12, height: rest }
        : null,
    signs: {
      times: at.times?.middle ?? 0,
      equals: at.equals?.middle ?? 0,
      sigma: at.sigma?.middle ?? 0,
      y: middle,
    },
    sigmaY: middle,
    headerY: 13,
    stack: stackOf(outChannels),
  };
}

function stackOf(outChannels: number) {
  return Math.min(outChannels - 1, STACK);
}

function within(value: number, least: number, most: number) {
  return Math.max(least, Math.min(value, most));
}

const PHONE = { header: 34, sign: 18, label: 20, toLoupe: 8, boxHeight: 28, most: 36, bars: 16 };

function narrowCells(
  { plane, kernel, weighted, gathered, output, outChannels }: LayoutInput,
  width: number,
): Cells {
  const free = width - PHONE.label - 2 * PHONE.sign - PHONE.bars;
  const fits = (loupe: boolean) => {
    const across = ((weighted ? 2 : 1) + (loupe ? 1 : 0)) * kernel[1];
    const kernelCell = Math.floor(
      Math.min(PHONE.most, Math.max((free * 0.6) / across, Math.min(READABLE_CELL, (free - 56) / across))),
    );
    const cell = whole(
      Math.min(
        PHONE.most,
        (free - (loupe ? PHONE.toLoupe : 0) - kernelCell * across) / plane.cols,
        190 / plane.rows,
      ),
    );
    return { kernelCell, cell };
  };
  const loupe = gathered || (weighted && fits(false).cell < READABLE_CELL);
  const { kernelCell, cell } = fits(loupe);
  const outputCell = whole(
    Math.min(40, (width - 20 - stackOf(outChannels) * STACK_STEP) / output[1], 240 / output[0]),
  );
  return { cell, kernelCell, loupeCell: loupe ? kernelCell : 0, outputCell };
}

/** The first line of a folded row. */
function narrowColumns(
  { plane, kernel, weighted }: LayoutInput,
  { cell, kernelCell, loupeCell }: Cells,
): [string, number, number][] {
  const grid = kernelCell * kernel[1];
  const sign = [PHONE.sign, 1] as const;
  return [
    ['label', PHONE.label, 0],
    ['input', cell * plane.cols, 0],
    ['toLoupe', loupeCell ? PHONE.toLoupe : 0, 0],
    ['loupe', loupeCell * kernel[1], 0],
    ['times', ...(weighted ? sign : ([0, 0] as const))],
    ['kernel', weighted ? grid : 0, 0],
    ['equals', ...sign],
    ['products', grid, 0],
  ];
}

function narrowLayout(subject: LayoutInput, width: number, height: number): StageLayout {
  const { plane, kernel, channels, output, outChannels } = subject;
  const { header, boxHeight } = PHONE;
  const cells = narrowCells(subject, width);
  const blockHeight = Math.max(cells.cell * plane.rows, cells.kernelCell * kernel[0]);
  const rowHeight = blockHeight + boxHeight + 26;
  const visible = within(Math.floor(Math.max(height, 420) / rowHeight), 1, Math.min(channels, MAX_ROWS));
  const right = width - (channels > visible ? PHONE.bars : 0) - 4;
  const at = flowed(narrowColumns(subject, cells), right);
  const grid = (name: string, cell: number, rows: number, cols: number) => ({
    x: at[name]?.x ?? 0,
    y: header + (blockHeight - cell * rows) / 2,
    width: cell * cols,
    height: cell * rows,
  });
  const sumY = header + blockHeight + 8;
  const box = Math.min(84, (right - 3 * PHONE.sign) / 3);
  const running = { x: right - box, y: sumY, width: box, height: boxHeight };
  const sum = { ...running, x: right - 2 * box - 30 };
  const totalY = header + visible * rowHeight + 2;
  const stack = stackOf(outChannels);
  const outTop = totalY + boxHeight + 46 + stack * STACK_STEP;
  const [outHeight, outWidth] = [cells.outputCell * output[0], cells.outputCell * output[1]];
  return {
    ...cells,
    narrow: true,
    width,
    type: 11,
    height: outTop + outHeight + 44,
    loupe: cells.loupeCell > 0,
    visible,
    rowTop: header,
    rowHeight,
    input: grid('input', cells.cell, plane.rows, plane.cols),
    loupeRect: grid('loupe', cells.loupeCell, ...kernel),
    kernel: grid('kernel', cells.kernelCell, ...kernel),
    products: grid('products', cells.kernelCell, ...kernel),
    sum,
    running,
    total: { ...running, y: totalY - (visible - 1) * rowHeight },
    output: { x: Math.max(0, (width - outWidth) / 2), y: outTop, width: outWidth, height: outHeight },
    bars:
      channels > visible ? { x: width - 10, y: header, width: 10, height: visible * rowHeight - 20 } : null,
    signs: {
      times: at.times?.middle ?? 0,
      equals: at.equals?.middle ?? 0,
      sigma: sum.x - 14,
      y: header + blockHeight / 2,
    },
    sigmaY: sumY + boxHeight / 2,
    headerY: 12,
    stack,
  };
}

/** Whole pixels where a cell has any: thin lines stay even. */
function whole(size: number) {
  return size >= 4 ? Math.floor(size) : Math.max(size, 0.05);
}

/** A rectangle of the first visible row, moved to another slot. */
export function rectInSlot<T extends Rect>(layout: StageLayout, rect: T, slot: number): T {
  return { ...rect, y: rect.y + slot * layout.rowHeight };
}
