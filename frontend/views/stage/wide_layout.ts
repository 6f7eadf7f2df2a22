/** The stage on wide screens: one sentence a row, the output at the right. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import { clamp } from '../shared/rects.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';
import type { Column } from './columns.ts';
import {
  MAX_ROWS,
  makeGridColumns,
  placeColumns,
  placeGrids,
  STACK_STEP,
  stackCountOf,
  wholePixels,
  widthOf,
} from './columns.ts';
import type { CellSizes, StageLayout } from './layout.ts';

const BARS_WIDTH = 34;
const NO_CELLS: CellSizes = { cell: 0, kernelCell: 0, loupeCell: 0, outputCell: 0 };

/** Sizes that do not depend on the cells, in CSS pixels. box: the width of a sum's. */
function makeSizes(width: number, height: number) {
  const maxCell = clamp(height / 7, 44, 112);
  const fontSize = clamp(height / 44, 13, 18);
  const small = width < 1000;
  return {
    width,
    maxCell,
    fontSize,
    header: 46,
    gap: 14,
    label: 38,
    sign: small ? 22 : 30,
    arrow: 34,
    toOutput: 46,
    box: clamp(Math.min(maxCell * 1.5, width / 17), 58, 104),
    plus: small ? 74 : Math.max(92, fontSize * 7),
    rowsHeight: Math.max(height - 46, 110),
  };
}

type Sizes = ReturnType<typeof makeSizes>;

function makeColumns(input: LayoutInput, sizes: Sizes, bars: boolean, cells: CellSizes): Column[] {
  const { output, weighted } = input;
  const { sign, box } = sizes;
  const ifWeighted = (width: number) => (weighted ? width : 0);
  return [
    ...makeGridColumns(input, cells, { label: sizes.label, sign, toLoupe: sign / 2 }),
    ['sigma', sign, 1],
    ['sum', box, 0],
    ['arrow', ifWeighted(sizes.arrow), ifWeighted(1)],
    ['running', ifWeighted(box), 0],
    ['bars', bars ? BARS_WIDTH : 0, 0],
    ['plus', ifWeighted(sizes.plus), 0],
    ['total', ifWeighted(box), 0],
    ['toOutput', sizes.toOutput, 2],
    ['output', cells.outputCell * output[1], 0],
    ['stack', stackCountOf(input) * STACK_STEP, 0],
  ];
}

/** The width that is left for cells. */
function spareWidth(input: LayoutInput, sizes: Sizes, bars: boolean) {
  return sizes.width - widthOf(makeColumns(input, sizes, bars, NO_CELLS));
}

/** The widest cell of a kernel, and of a loupe where the kernel cannot be read. */
function widestCells({ kernel, weighted }: LayoutInput, spare: number): [number, number] {
  return [(spare * (weighted ? 0.2 : 0.3)) / kernel[1], weighted ? (spare * 0.32) / kernel[1] : 0];
}

/** Counts the rows that fit with kernels, or at least loupes, that can be read. */
function countVisibleRows(input: LayoutInput, sizes: Sizes) {
  const [kernelCell, loupeCell] = widestCells(input, spareWidth(input, sizes, true));
  const widest = [kernelCell, loupeCell].find((cell) => cell >= READABLE_CELL) ?? 0;
  const needed = clamp(input.kernel[0] * Math.min(input.least, widest), 56, 250);
  return clamp(Math.floor(sizes.rowsHeight / (needed + sizes.gap)), 1, Math.min(input.channels, MAX_ROWS));
}

/** gridHeight: of a row's grids. */
function sizeCells(input: LayoutInput, sizes: Sizes, gridHeight: number, bars: boolean): CellSizes {
  const { plane, kernel, output, weighted, gathered } = input;
  const spare = spareWidth(input, sizes, bars);
  const [widestKernel, widestLoupe] = widestCells(input, spare);
  const readable = widestKernel >= READABLE_CELL || widestLoupe < READABLE_CELL;
  const highest = Math.min(sizes.maxCell, gridHeight / kernel[0]);
  const kernelCell = Math.floor(Math.min(highest, readable ? widestKernel : (spare * 0.11) / kernel[1]));
  const grids = (weighted ? 2 : 1) * kernelCell * kernel[1];
  const inputCell = (loupe: number) =>
    wholePixels(
      Math.min(sizes.maxCell, gridHeight / plane.rows, ((spare - grids - loupe) * 0.54) / plane.cols),
    );
  const enlarged = readable ? kernelCell : Math.floor(Math.min(highest, widestLoupe));
  const loupeCell = gathered || (weighted && inputCell(0) < READABLE_CELL) ? enlarged : 0;
  const loupe = loupeCell ? loupeCell * kernel[1] + sizes.sign / 2 : 0;
  const cell = inputCell(loupe);
  const left = spare - grids - loupe - cell * plane.cols;
  const outputHeight = sizes.rowsHeight - sizes.gap - stackCountOf(input) * STACK_STEP;
  return {
    cell,
    kernelCell,
    loupeCell,
    outputCell: wholePixels(Math.min(sizes.maxCell * 1.3, outputHeight / output[0], left / output[1])),
  };
}

export function makeWideLayout(input: LayoutInput, width: number, height: number): StageLayout {
  const { channels, output } = input;
  const sizes = makeSizes(width, height);
  const visibleRows = countVisibleRows(input, sizes);
  const bars = channels > visibleRows;
  const rowHeight = sizes.rowsHeight / visibleRows;
  const gridHeight = rowHeight - sizes.gap;
  const cells = sizeCells(input, sizes, gridHeight, bars);
  const { left, middle } = placeColumns(makeColumns(input, sizes, bars, cells), width);
  const y = sizes.header + gridHeight / 2;
  const boxHeight = Math.min(Math.max(30, sizes.maxCell * 0.8), gridHeight, 60);
  const box = (name: string) => ({
    x: left(name),
    y: y - boxHeight / 2,
    width: sizes.box,
    height: boxHeight,
  });
  const innerHeight = sizes.rowsHeight - sizes.gap;
  const outputHeight = cells.outputCell * output[0];
  const stackCount = stackCountOf(input);
  return {
    ...cells,
    ...placeGrids(input, cells, left, y),
    narrow: false,
    width,
    height,
    fontSize: sizes.fontSize,
    loupe: cells.loupeCell > 0,
    visibleRows,
    rowTop: sizes.header,
    rowHeight,
    sum: box('sum'),
    running: box('running'),
    total: box('total'),
    output: {
      x: left('output'),
      y: sizes.header + Math.max((innerHeight - outputHeight) / 2, stackCount * STACK_STEP),
      width: cells.outputCell * output[1],
      height: outputHeight,
    },
    bars: bars
      ? { x: left('bars') + 12, y: sizes.header, width: BARS_WIDTH - 12, height: innerHeight }
      : null,
    signs: { times: middle('times'), equals: middle('equals'), sigma: middle('sigma'), y },
    sigmaY: y,
    headerY: 13,
    stackCount,
  };
}
