/** The stage on phones: each row is folded, the output stands below. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import { clamp } from '../shared/rects.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';
import {
  MAX_ROWS,
  makeGridColumns,
  placeColumns,
  placeGrids,
  STACK_STEP,
  stackCountOf,
  wholePixels,
} from './columns.ts';
import type { CellSizes, StageLayout } from './layout.ts';

const HEADER = 34;
const SIZES = { label: 20, sign: 18, toLoupe: 8 };
const BOX_HEIGHT = 28;
const MAX_CELL = 36;
const BARS = 16;

function sizeCells(input: LayoutInput, width: number): CellSizes {
  const { plane, kernel, weighted, gathered, output } = input;
  const spare = width - SIZES.label - 2 * SIZES.sign - BARS;
  const fit = (loupe: boolean) => {
    const across = ((weighted ? 2 : 1) + (loupe ? 1 : 0)) * kernel[1];
    const widest = Math.max((spare * 0.6) / across, Math.min(READABLE_CELL, (spare - 56) / across));
    const kernelCell = Math.floor(Math.min(MAX_CELL, widest));
    const inputWidth = spare - (loupe ? SIZES.toLoupe : 0) - kernelCell * across;
    return { kernelCell, cell: wholePixels(Math.min(MAX_CELL, inputWidth / plane.cols, 190 / plane.rows)) };
  };
  const loupe = gathered || (weighted && fit(false).cell < READABLE_CELL);
  const { kernelCell, cell } = fit(loupe);
  const outputWidth = width - 20 - stackCountOf(input) * STACK_STEP;
  const outputCell = wholePixels(Math.min(40, outputWidth / output[1], 240 / output[0]));
  return { cell, kernelCell, loupeCell: loupe ? kernelCell : 0, outputCell };
}

export function makeNarrowLayout(input: LayoutInput, width: number, height: number): StageLayout {
  const { plane, kernel, channels, output } = input;
  const cells = sizeCells(input, width);
  const gridHeight = Math.max(cells.cell * plane.rows, cells.kernelCell * kernel[0]);
  const rowHeight = gridHeight + BOX_HEIGHT + 26;
  const visibleRows = clamp(Math.floor(Math.max(height, 420) / rowHeight), 1, Math.min(channels, MAX_ROWS));
  const bars = channels > visibleRows;
  const right = width - (bars ? BARS : 0) - 4;
  const { left, middle } = placeColumns(makeGridColumns(input, cells, SIZES), right);
  const y = HEADER + gridHeight / 2;
  const sumY = HEADER + gridHeight + 8;
  const box = Math.min(84, (right - 3 * SIZES.sign) / 3);
  const running = { x: right - box, y: sumY, width: box, height: BOX_HEIGHT };
  const sum = { ...running, x: right - 2 * box - 30 };
  const totalY = HEADER + visibleRows * rowHeight + 2;
  const stackCount = stackCountOf(input);
  const outputTop = totalY + BOX_HEIGHT + 46 + stackCount * STACK_STEP;
  const [outputHeight, outputWidth] = [cells.outputCell * output[0], cells.outputCell * output[1]];
  return {
    ...cells,
    ...placeGrids(input, cells, left, y),
    narrow: true,
    width,
    height: outputTop + outputHeight + 44,
    fontSize: 11,
    loupe: cells.loupeCell > 0,
    visibleRows,
    rowTop: HEADER,
    rowHeight,
    sum,
    running,
    total: { ...running, y: totalY - (visibleRows - 1) * rowHeight },
    output: {
      x: Math.max(0, (width - outputWidth) / 2),
      y: outputTop,
      width: outputWidth,
      height: outputHeight,
    },
    bars: bars ? { x: width - 10, y: HEADER, width: 10, height: visibleRows * rowHeight - 20 } : null,
    signs: { times: middle('times'), equals: middle('equals'), sigma: sum.x - 14, y },
    sigmaY: sumY + BOX_HEIGHT / 2,
    headerY: 12,
    stackCount,
  };
}
