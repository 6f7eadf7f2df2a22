/** The stage's layout for stamps: sums make room for the output and the summed stamp. Pure. */

import type { Rect } from '../../model/types.ts';
import { centerOf, squareAround } from '../shared/rects.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import { STACK_STEP } from '../stage/columns.ts';
import type { StageLayout } from '../stage/layout.ts';
import { makeLayout } from '../stage/layout.ts';

/** Beside the summed stamp, in CSS pixels. */
const STAMP_MARGIN = 44;

/** The output's cells are at most this many times the kernel's. */
const MAX_ENLARGEMENT = 1.8;

/** channels: of a stamp. */
export function makeScatterLayout({ model, width, height }: FrameRequest, channels: number): StageLayout {
  const input = model.subject;
  const layout = { ...makeLayout(input, width, height), loupe: false };
  if (layout.narrow) return layout;
  const [rows, cols] = input.output;
  const { products, output, kernelCell } = layout;
  const right = output.x + output.width;
  const stamp = channels > 1 ? kernelCell * input.kernel[1] + 2 * STAMP_MARGIN : STAMP_MARGIN;
  const left = products.x + products.width + stamp;
  const labelled = model.summary.operation.output_padding?.some((size) => size > 0);
  const top = layout.rowTop + layout.stackCount * STACK_STEP;
  const bottom = layout.rowTop + layout.visibleRows * layout.rowHeight - (labelled ? 32 : 14);
  const size = Math.min((right - left) / cols, (bottom - top) / rows, kernelCell * MAX_ENLARGEMENT);
  const cell = Math.max(size < 4 ? size : Math.floor(size), layout.outputCell);
  const y = (top + bottom - cell * rows) / 2;
  return {
    ...layout,
    outputCell: cell,
    output: { x: right - cell * cols, y, width: cell * cols, height: cell * rows },
  };
}

/** Places the input cell's number where the stage enlarges its window. */
export function placeValue({ loupeRect, loupeCell }: StageLayout): Rect {
  const { x, y } = centerOf(loupeRect);
  const size = Math.max(Math.min(loupeCell, loupeRect.width), READABLE_CELL);
  return squareAround(x, y, size);
}

/** Places the summed stamp between the products and the output; null where there is no room. */
export function placeStamp(layout: StageLayout, [kH, kW]: [number, number]): Rect | null {
  const { narrow, products, output, kernelCell, rowHeight, visibleRows } = layout;
  const [width, height] = [kernelCell * kW, kernelCell * kH];
  const left = products.x + products.width;
  const room = output.x - left;
  if (narrow || room < width + STAMP_MARGIN) return null;
  const middle = centerOf(products).y + ((visibleRows - 1) * rowHeight) / 2;
  return { x: left + (room - width) / 2, y: middle - height / 2, width, height };
}
